import { useQuery } from '@tanstack/react-query'
import type { AgentWithProgress } from '@logboom/contracts'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { Failure } from '../components/failure.tsx'
import { Loading } from '../components/loading.tsx'
import { OutcomeNotice, useOutcome } from '../components/outcome.tsx'
import { useTitle } from '../components/use-title.ts'
import { KeysSection } from '../keys/keys-section.tsx'
import { useSession } from '../session/session.ts'
import { AgentFacts } from './agent-facts.tsx'
import { AgentGaps } from './agent-gaps.tsx'
import { AgentLimits } from './agent-limits.tsx'
import { agentQuery } from './agent-queries.ts'
import { stateOf } from './agent-state.ts'
import { AgentStreams } from './agent-streams.tsx'
import { DeleteAgentDialog } from './delete-agent-dialog.tsx'
import { EditAgentDialog } from './edit-agent-dialog.tsx'
import './agents.css'

export function AgentPage({ id }: { id: string }) {
  const agent = useQuery(agentQuery(id))
  useTitle(agent.data?.name ?? 'Agent')
  if (agent.error && !agent.data) {
    return (
      <div className="page">
        <Failure error={agent.error} retry={() => void agent.refetch()} />
        <p>
          <Link href="/agents">All agents</Link>
        </p>
      </div>
    )
  }
  if (!agent.data) return <Loading what="agent" />
  return <KnownAgent agent={agent.data} />
}

function KnownAgent({ agent }: { agent: AgentWithProgress }) {
  const isAdmin = useSession()?.kind === 'admin'
  const outcome = useOutcome()
  const { advice } = stateOf(agent, Date.now())
  return (
    <div className="page">
      <div className="page-head">
        <h1>
          {agent.name} <span className="dim">in {agent.cluster_name}</span>
        </h1>
        <Link className="button" href={`/search?agent_id=${agent.id}`}>
          Its logs
        </Link>
        {isAdmin && <AdminButtons agent={agent} say={outcome.say} />}
      </div>
      <OutcomeNotice outcome={outcome} />
      {advice && <p className="notice warning">{advice}</p>}
      <AgentFacts agent={agent} />
      <AgentStreams agentId={agent.id} />
      <AgentGaps agentId={agent.id} />
      {isAdmin && <AgentLimits agent={agent} say={outcome.say} />}
      {isAdmin && <KeysSection agent={agent} say={outcome.say} />}
    </div>
  )
}

function AdminButtons({ agent, say }: { agent: AgentWithProgress; say: (sentence: string) => void }) {
  const [open, setOpen] = useState<'edit' | 'delete'>()
  const [, navigate] = useLocation()
  const close = () => setOpen(undefined)
  return (
    <>
      <button className="button" type="button" onClick={() => setOpen('edit')}>
        Edit
      </button>
      <button className="button danger" type="button" onClick={() => setOpen('delete')}>
        Delete
      </button>
      {open === 'edit' && <EditAgentDialog agent={agent} say={say} onClose={close} />}
      {open === 'delete' && (
        <DeleteAgentDialog agent={agent} onClose={close} onDone={() => navigate('/agents')} />
      )}
    </>
  )
}
