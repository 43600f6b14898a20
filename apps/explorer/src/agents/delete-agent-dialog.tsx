import { useQueryClient } from '@tanstack/react-query'
import type { AgentWithProgress } from '@logboom/contracts'
import { sendJson } from '../api/request.ts'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'

interface Props {
  agent: AgentWithProgress
  onDone: () => void
  onClose: () => void
}

export function DeleteAgentDialog({ agent, onDone, onClose }: Props) {
  const client = useQueryClient()
  return (
    <ConfirmDialog
      title={`Delete ${agent.name}`}
      verb="Delete it and its lines"
      typed={agent.name}
      act={() => sendJson('DELETE', `/agents/${agent.id}`)}
      onDone={() => {
        void client.invalidateQueries({ queryKey: ['agents'] })
        onDone()
      }}
      onClose={onClose}
    >
      <p>
        At once its keys fail and its lines are gone from every search; the rows follow within one clean-up,
        with a receipt. This cannot be undone. To keep its lines, disable it instead.
      </p>
    </ConfirmDialog>
  )
}
