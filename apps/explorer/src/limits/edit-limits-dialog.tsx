import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Agent, AgentLimits } from '@logboom/contracts'
import { useState } from 'react'
import type { SyntheticEvent } from 'react'
import { getJson, sendJson } from '../api/request.ts'
import { FormDialog } from '../components/form-dialog.tsx'
import { Failure } from '../components/failure.tsx'
import { Field } from '../components/field.tsx'
import { FormButtons } from '../components/form-buttons.tsx'
import { formatCount } from '../format/format-count.ts'
import { limitFields } from './limit-fields.ts'

interface Props {
  agent: Agent
  say: (sentence: string) => void
  onClose: () => void
}

/** What is left empty follows the broker's own setting, whatever that becomes. */
export function EditLimitsDialog({ agent, say, onClose }: Props) {
  const client = useQueryClient()
  const inForce = useQuery(limitsQuery(agent.id)).data
  const [texts, setTexts] = useState<Record<string, string>>(() => textsOf(agent.limits))
  const change = useMutation({
    mutationFn: () => sendJson('PATCH', `/agents/${agent.id}`, { limits: limitsIn(texts) }),
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['agents'] }),
        client.invalidateQueries({ queryKey: ['limits', agent.id] }),
      ])
      say(`The limits of ${agent.name} are saved; they hold within 30 s.`)
      onClose()
    },
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    change.mutate()
  }
  return (
    <FormDialog title={`Limits of ${agent.name}`} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        {limitFields.map(({ name, label, hint, min }) => (
          <Field key={name} label={label} hint={hint}>
            <input
              className="input"
              type="number"
              min={min}
              step={1}
              placeholder={placeholderOf(inForce?.[name], agent.limits[name])}
              value={texts[name] ?? ''}
              onChange={(event) => setTexts({ ...texts, [name]: event.target.value })}
            />
          </Field>
        ))}
        {change.error && <Failure error={change.error} />}
        <FormButtons verb="Save" mayAct={!change.isPending} onClose={onClose} />
      </form>
    </FormDialog>
  )
}

export function limitsQuery(agentId: string) {
  return {
    queryKey: ['limits', agentId],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      getJson<AgentLimits>(`/agents/${encodeURIComponent(agentId)}/limits`, { signal }),
  }
}

/** The default is known where it is in force. */
function placeholderOf(inForce: number | undefined, override: number | undefined): string {
  return inForce === undefined || override !== undefined ? 'default' : `default: ${formatCount(inForce)}`
}

function textsOf(limits: Agent['limits']): Record<string, string> {
  return Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, String(limit)]))
}

function limitsIn(texts: Record<string, string>): Record<string, number> {
  const given = Object.entries(texts).filter(([, text]) => text.trim() !== '')
  return Object.fromEntries(given.map(([name, text]) => [name, Number(text)]))
}
