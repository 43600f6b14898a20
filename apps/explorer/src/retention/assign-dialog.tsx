import { useMutation } from '@tanstack/react-query'
import type { AgentWithProgress, RetentionClass } from '@logboom/contracts'
import { useState } from 'react'
import type { SyntheticEvent } from 'react'
import { sendJson } from '../api/request.ts'
import { ChoiceField } from '../components/choice-field.tsx'
import { FormDialog } from '../components/form-dialog.tsx'
import { Failure } from '../components/failure.tsx'
import { FormButtons } from '../components/form-buttons.tsx'
import { TextField } from '../components/text-field.tsx'
import { formatDuration } from '../format/format-duration.ts'
import { useRetentionChanged } from './retention-queries.ts'

interface Props {
  classes: readonly RetentionClass[]
  agents: readonly AgentWithProgress[]
  say: (sentence: string) => void
  onClose: () => void
}

export function AssignDialog({ classes, agents, say, onClose }: Props) {
  const changed = useRetentionChanged()
  const [agentId, setAgentId] = useState('')
  const [namespace, setNamespace] = useState('')
  const [className, setClassName] = useState(classes[0]?.name ?? '')
  const assignment = useMutation({
    mutationFn: () =>
      sendJson('PUT', '/retention/assignments', {
        agent_id: agentId || null,
        namespace: namespace.trim() || null,
        retention_class: className,
      }),
    onSuccess: async () => {
      await changed()
      say(`The class ${className} is assigned; it holds for lines that come from now on, within 30 s.`)
      onClose()
    },
  })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    assignment.mutate()
  }
  return (
    <FormDialog title="Assign a retention class" onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <p>Of an agent, of a namespace, or of a namespace of an agent; the most specific assignment wins.</p>
        <ChoiceField label="Agent" value={agentId} choices={agentChoices(agents)} onChoice={setAgentId} />
        <TextField
          label="Namespace"
          hint="Empty = every namespace."
          maxLength={253}
          value={namespace}
          onText={setNamespace}
        />
        <ChoiceField
          label="Class"
          value={className}
          choices={classChoices(classes)}
          onChoice={setClassName}
        />
        {assignment.error && <Failure error={assignment.error} />}
        <FormButtons
          verb="Assign"
          mayAct={(agentId !== '' || namespace.trim() !== '') && !assignment.isPending}
          onClose={onClose}
        />
      </form>
    </FormDialog>
  )
}

function agentChoices(agents: Props['agents']): [string, string][] {
  return [
    ['', 'every agent'],
    ...agents.map(({ id, name, cluster_name }): [string, string] => [id, `${name} in ${cluster_name}`]),
  ]
}

function classChoices(classes: Props['classes']): [string, string][] {
  return classes.map(({ name, retention_seconds }) => [name, `${name}: ${formatDuration(retention_seconds)}`])
}
