import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Agent, IssuedPak } from '@logboom/contracts'
import { useState } from 'react'
import type { SyntheticEvent } from 'react'
import { sendJson } from '../api/request.ts'
import { FormDialog } from '../components/form-dialog.tsx'
import { Failure } from '../components/failure.tsx'
import { FormButtons } from '../components/form-buttons.tsx'
import { TextField } from '../components/text-field.tsx'
import { NewAgentKey } from './new-agent-key.tsx'

interface Created {
  agent: Agent
  pak: string
}

/** Makes an agent and its first key, and shows how to start it. */
export function CreateAgentDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const creation = useMutation({
    mutationFn: createWithKey,
    onSuccess: () => client.invalidateQueries({ queryKey: ['agents'] }),
  })
  if (creation.data) return <NewAgentKey {...creation.data} onClose={onClose} />
  return (
    <FormDialog title="New agent" onClose={onClose}>
      <AgentForm
        onSubmit={(names) => creation.mutate(names)}
        isBusy={creation.isPending}
        error={creation.error}
        onClose={onClose}
      />
    </FormDialog>
  )
}

interface Names {
  name: string
  cluster_name: string
}

async function createWithKey(names: Names): Promise<Created> {
  const agent = await sendJson<Agent>('POST', '/agents', names)
  const { pak } = await sendJson<IssuedPak>('POST', `/agents/${agent.id}/paks`, { label: 'first' })
  return { agent, pak }
}

interface FormProps {
  onSubmit: (names: Names) => void
  isBusy: boolean
  error: Error | null
  onClose: () => void
}

function AgentForm({ onSubmit, isBusy, error, onClose }: FormProps) {
  const [name, setName] = useState('')
  const [cluster, setCluster] = useState('')
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    onSubmit({ name: name.trim(), cluster_name: cluster.trim() })
  }
  return (
    <form className="form" onSubmit={submit}>
      <TextField
        label="Name"
        hint="Unique within its cluster, such as “agent” or “edge-3”."
        required
        autoFocus
        maxLength={253}
        value={name}
        onText={setName}
      />
      <TextField
        label="Cluster"
        hint="Where it runs, such as “berlin” or “laptop”."
        required
        maxLength={253}
        value={cluster}
        onText={setCluster}
      />
      {error && <Failure error={error} />}
      <FormButtons verb="Make it" mayAct={!isBusy} onClose={onClose} />
    </form>
  )
}
