import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { AgentWithProgress } from '@logboom/contracts'
import { useState } from 'react'
import type { SyntheticEvent } from 'react'
import { sendJson } from '../api/request.ts'
import { FormDialog } from '../components/form-dialog.tsx'
import { Failure } from '../components/failure.tsx'
import { FormButtons } from '../components/form-buttons.tsx'
import { TextField } from '../components/text-field.tsx'

interface Props {
  agent: AgentWithProgress
  say: (sentence: string) => void
  onClose: () => void
}

export function EditAgentDialog({ agent, say, onClose }: Props) {
  const client = useQueryClient()
  const [name, setName] = useState(agent.name)
  const [cluster, setCluster] = useState(agent.cluster_name)
  const [isActive, setIsActive] = useState(agent.status === 'ACTIVE')
  const change = useMutation({
    mutationFn: () =>
      sendJson('PATCH', `/agents/${agent.id}`, {
        name: name.trim(),
        cluster_name: cluster.trim(),
        status: isActive ? 'ACTIVE' : 'INACTIVE',
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['agents'] })
      say(sentenceOf(name, agent.status === 'ACTIVE', isActive))
      onClose()
    },
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    change.mutate()
  }
  return (
    <FormDialog title={`Edit ${agent.name}`} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <TextField label="Name" required maxLength={253} value={name} onText={setName} />
        <TextField label="Cluster" required maxLength={253} value={cluster} onText={setCluster} />
        <label>
          <input type="checkbox" checked={isActive} onChange={(e) => setIsActive(e.target.checked)} /> Enabled
          <span className="dim">
            {' '}
            – a disabled agent’s pushes are refused; its lines stay until they expire.
          </span>
        </label>
        {change.error && <Failure error={change.error} />}
        <FormButtons verb="Save" mayAct={!change.isPending} onClose={onClose} />
      </form>
    </FormDialog>
  )
}

function sentenceOf(name: string, wasActive: boolean, isActive: boolean): string {
  if (wasActive === isActive) return `${name} is saved.`
  return isActive
    ? `${name} is enabled: it may send again within 30 s.`
    : `${name} is disabled: within 30 s all that it sends is refused.`
}
