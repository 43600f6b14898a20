import { useQuery } from '@tanstack/react-query'
import type { AgentWithProgress } from '@logboom/contracts'
import { useState } from 'react'
import { Link } from 'wouter'
import { agentsQuery } from '../agents/agent-queries.ts'
import { Failure } from '../components/failure.tsx'
import { Loading } from '../components/loading.tsx'
import { OutcomeNotice, useOutcome } from '../components/outcome.tsx'
import { SortableTable } from '../components/sortable-table.tsx'
import type { Column } from '../components/sortable-table.tsx'
import { useTitle } from '../components/use-title.ts'
import { formatCount } from '../format/format-count.ts'
import { EditLimitsDialog, limitsQuery } from '../limits/edit-limits-dialog.tsx'
import { limitFields } from '../limits/limit-fields.ts'
import { RequireAdmin } from './require-admin.tsx'

export function LimitsPage() {
  useTitle('Limits')
  return (
    <RequireAdmin>
      <AllLimits />
    </RequireAdmin>
  )
}

function AllLimits() {
  const agents = useQuery(agentsQuery)
  const outcome = useOutcome()
  const [edited, setEdited] = useState<AgentWithProgress>()
  const items = agents.data?.items
  return (
    <div className="page wide">
      <div className="page-head">
        <h1>Limits</h1>
      </div>
      <p className="dim">
        What each agent may send. What is not set for an agent follows the broker’s own settings.
      </p>
      <OutcomeNotice outcome={outcome} />
      {agents.error && <Failure error={agents.error} retry={() => void agents.refetch()} />}
      {agents.isPending && <Loading what="agents" />}
      {items?.length === 0 && (
        <p>
          There is no agent yet. <Link href="/agents">Make the first one</Link>.
        </p>
      )}
      {items && items.length > 0 && <LimitsTable agents={items} edit={setEdited} />}
      {edited && <EditLimitsDialog agent={edited} say={outcome.say} onClose={() => setEdited(undefined)} />}
    </div>
  )
}

interface TableProps {
  agents: readonly AgentWithProgress[]
  edit: (agent: AgentWithProgress) => void
}

function LimitsTable({ agents, edit }: TableProps) {
  // Of an agent without overrides, what is in force is the defaults.
  const plain = agents.find(({ limits }) => Object.keys(limits).length === 0)
  const defaults = useQuery({ ...limitsQuery(plain?.id ?? ''), enabled: plain !== undefined }).data
  const columns: Column<AgentWithProgress>[] = [
    {
      name: 'Agent',
      value: ({ name }) => name,
      cell: ({ id, name, cluster_name }) => (
        <>
          <Link href={`/agents/${id}`}>{name}</Link> <span className="dim">in {cluster_name}</span>
        </>
      ),
    },
    ...limitFields.map((field): Column<AgentWithProgress> => ({
      name: field.label,
      isNumber: true,
      value: ({ limits }) => limits[field.name] ?? defaults?.[field.name] ?? null,
      cell: ({ limits }) => <Limit own={limits[field.name]} preset={defaults?.[field.name]} />,
    })),
    {
      name: '(Actions)',
      cell: (agent) => (
        <div className="actions">
          <button className="button small" type="button" onClick={() => edit(agent)}>
            Change<span className="unseen"> limits of {agent.name}</span>
          </button>
        </div>
      ),
    },
  ]
  return (
    <SortableTable label="Limits" columns={columns} items={agents} keyOf={({ id }) => id} sortedBy="Agent" />
  )
}

function Limit({ own, preset }: { own: number | undefined; preset: number | undefined }) {
  if (own !== undefined) return <strong>{formatCount(own)}</strong>
  return <span className="dim">{preset === undefined ? 'default' : formatCount(preset)}</span>
}
