import type { AgentWithProgress, Pak } from '@logboom/contracts'
import { useState } from 'react'
import type { SyntheticEvent } from 'react'
import { ChoiceField } from '../components/choice-field.tsx'
import { Failure } from '../components/failure.tsx'
import { FormButtons } from '../components/form-buttons.tsx'
import { TextField } from '../components/text-field.tsx'
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

const kinds = [
  ['reader', 'Reader – reads logs, all or some'],
  ['admin', 'Admin – may do everything'],
  ['agent', 'Agent – sends the logs of one agent'],
] as const

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
        <ChoiceField label="Kind" value={kind} choices={kinds} onChoice={(value) => setKind(kindOf(value))} />
      )}
      {!isForAgent && kind === 'agent' && (
        <ChoiceField label="Agent" value={agentId} choices={choicesOf(agents)} onChoice={setAgentId} />
      )}
      {kind === 'reader' && <ReaderScope agents={agents} scope={scope} onChange={setScope} />}
      <TextField
        label="Label"
        hint="Who or what uses it: so that you know later what you revoke."
        maxLength={253}
        value={label}
        onText={setLabel}
      />
      <TextField
        label="Ends after"
        hint="Days; empty = never."
        type="number"
        min={1}
        max={3650}
        value={days}
        onText={setDays}
      />
      {error && <Failure error={error} />}
      <FormButtons verb="Issue the key" mayAct={!isBusy} onClose={onClose} />
    </form>
  )
}

function choicesOf(agents: Props['agents']): [string, string][] {
  return agents.map(({ id, name, cluster_name }) => [id, `${name} in ${cluster_name}`])
}

function kindOf(text: string): Pak['kind'] {
  return text === 'admin' || text === 'agent' ? text : 'reader'
}

function endOf(days: string): string | undefined {
  return days === '' ? undefined : new Date(Date.now() + Number(days) * 86_400_000).toISOString()
}
