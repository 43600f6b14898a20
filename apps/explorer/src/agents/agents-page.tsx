import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { Failure } from '../components/failure.tsx'
import { Loading } from '../components/loading.tsx'
import { useTitle } from '../components/use-title.ts'
import { formatCount } from '../format/format-count.ts'
import { useSession } from '../session/session.ts'
import { AgentsTable } from './agents-table.tsx'
import { agentsQuery, retentionQuery, statsQuery } from './agent-queries.ts'
import { CreateAgentDialog } from './create-agent-dialog.tsx'
import { FirstAgent } from './first-agent.tsx'
import { StatsLine } from './stats-line.tsx'

export function AgentsPage() {
  useTitle('Agents')
  const agents = useQuery(agentsQuery)
  const stats = useQuery(statsQuery)
  const retention = useQuery(retentionQuery)
  const isAdmin = useSession()?.kind === 'admin'
  const [isCreating, setIsCreating] = useState(false)
  const items = agents.data?.items
  return (
    <div className="page wide">
      <div className="page-head">
        <h1>Agents</h1>
        {isAdmin && (
          <button className="button primary" type="button" onClick={() => setIsCreating(true)}>
            New agent
          </button>
        )}
      </div>
      {stats.data && items && items.length > 0 && <StatsLine stats={stats.data} />}
      {agents.error && <Failure error={agents.error} retry={() => void agents.refetch()} />}
      {agents.isPending && <Loading what="agents" />}
      {items?.length === 0 && <FirstAgent isAdmin={isAdmin} create={() => setIsCreating(true)} />}
      {items && items.length > 0 && (
        <AgentsTable agents={items} stats={stats.data} retention={retention.data} />
      )}
      {agents.data?.isCut && (
        <p className="dim">
          The newest {formatCount(agents.data.items.length)} are shown. <Link href="/search">Search</Link>{' '}
          looks at the lines of all of them.
        </p>
      )}
      {isCreating && <CreateAgentDialog onClose={() => setIsCreating(false)} />}
    </div>
  )
}
