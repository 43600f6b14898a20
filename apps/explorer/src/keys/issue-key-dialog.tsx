import { useMutation } from '@tanstack/react-query'
import type { AgentWithProgress } from '@logboom/contracts'
import { useState } from 'react'
import { FormDialog } from '../components/form-dialog.tsx'
import { SecretOnce } from '../components/secret-once.tsx'
import { IssueKeyForm } from './issue-key-form.tsx'
import { issueKey, useKeysChanged } from './key-queries.ts'

interface Props {
  /** The one agent that the key is for; without it, one is chosen, or another kind. */
  agent?: AgentWithProgress
  agents?: readonly AgentWithProgress[]
  say: (sentence: string) => void
  onClose: () => void
}

export function IssueKeyDialog({ agent, agents = [], say, onClose }: Props) {
  const changed = useKeysChanged()
  const [label, setLabel] = useState('')
  const issue = useMutation({
    mutationFn: issueKey,
    onSuccess: async () => {
      await changed()
      say(`The key ${label ? `“${label}” ` : ''}is issued and works at once.`)
    },
  })
  if (issue.data) {
    return (
      <FormDialog title="The new key" onClose={onClose}>
        <div className="form">
          <SecretOnce secret={issue.data.pak} />
          <div className="buttons">
            <button className="button primary" type="button" onClick={onClose}>
              Done
            </button>
          </div>
        </div>
      </FormDialog>
    )
  }
  return (
    <FormDialog title={agent ? `New key of ${agent.name}` : 'New key'} onClose={onClose}>
      <IssueKeyForm
        agents={agent ? [agent] : agents}
        isForAgent={agent !== undefined}
        isBusy={issue.isPending}
        error={issue.error}
        onSubmit={(key) => {
          setLabel(key.label)
          issue.mutate(key)
        }}
        onClose={onClose}
      />
    </FormDialog>
  )
}
