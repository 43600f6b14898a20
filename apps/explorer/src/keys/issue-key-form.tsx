import type { AgentWithProgress, Pak } from '@logboom/contracts'
import { useState } from 'react'
import type { SyntheticEvent } from 'react'
import { Failure } from '../components/failure.tsx'
import { Field } from '../components/field.tsx'
import { FormButtons } from '../components/form-buttons.tsx'
import type { NewKey } from './key-queries.ts'
import { ReaderScope } from './reader-scope.tsx'

interface Props {
  agents: readonly AgentWithProgress[]
  isForAgent: boolean
  isBusy: boolean
  error: Error | null
  onSubmit: (key: NewKey) => void
  onClose: () => void
}

const kinds: Record<Pak['kind'], string> = {
  reader: 'Reader – reads logs, all or some',
  admin: 'Admin – may do everything',
  agent: 'Agent – sends the logs of one agent',
}

export function IssueKeyForm({ agents, isForAgent, isBusy, error, onSubmit, onClose }: Props) {
  const [kind, setKind] = useState<Pak['kind']>(isForAgent ? 'agent' : 'reader')
  const [label, setLabel] = useState('')
  const [days, setDays] = useState('')
  const [agentId, setAgentId] = useState(agents[0]?.id ?? '')
  const [scope, setScope] = useState<{ agents: string[]; namespaces: string[] }>({
    agents: [],
    namespaces: [],
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    onSubmit({ kind, agentId, label: label.trim(), expiresAt: endOf(days), ...scope })
  }
  return (
    <form className="form" onSubmit={submit}>
      {!isForAgent && (
        <Field label="Kind">
          <select className="input" value={kind} onChange={(event) => setKind(kindOf(event.target.value))}>
            {Object.entries(kinds).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </Field>
      )}
      {!isForAgent && kind === 'agent' && (
        <Field label="Agent">
          <select
            className="input"
            required
            value={agentId}
            onChange={(event) => setAgentId(event.target.value)}
          >
            {agents.map(({ id, name, cluster_name }) => (
              <option key={id} value={id}>
                {name} in {cluster_name}
              </option>
            ))}
          </select>
        </Field>
      )}
      {kind === 'reader' && <ReaderScope agents={agents} scope={scope} onChange={setScope} />}
      <Field label="Label" hint="Who or what uses it: so that you know later what you revoke.">
        <input
          className="input"
          maxLength={253}
          value={label}
          onChange={(event) => setLabel(event.target.value)}
        />
      </Field>
      <Field label="Ends after" hint="Days; empty = never.">
        <input
          className="input"
          type="number"
          min={1}
          max={3650}
          value={days}
          onChange={(event) => setDays(event.target.value)}
        />
      </Field>
      {error && <Failure error={error} />}
      <FormButtons verb="Issue the key" mayAct={!isBusy} onClose={onClose} />
    </form>
  )
}

function kindOf(text: string): Pak['kind'] {
  return text === 'admin' || text === 'agent' ? text : 'reader'
}

function endOf(days: string): string | undefined {
  return days === '' ? undefined : new Date(Date.now() + Number(days) * 86_400_000).toISOString()
}
