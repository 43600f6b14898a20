import { useQuery } from '@tanstack/react-query'
import type { RetentionAssignment, RetentionReport } from '@logboom/contracts'
import { useState } from 'react'
import { agentsQuery } from '../agents/agent-queries.ts'
import { sendJson } from '../api/request.ts'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { SortableTable } from '../components/sortable-table.tsx'
import type { Column } from '../components/sortable-table.tsx'
import { AssignDialog } from './assign-dialog.tsx'
import { useRetentionChanged } from './retention-queries.ts'

interface Props {
  report: RetentionReport
  say: (sentence: string) => void
}

export function AssignmentsSection({ report, say }: Props) {
  const changed = useRetentionChanged()
  const agents = useQuery(agentsQuery).data?.items ?? []
  const names = new Map(agents.map(({ id, name }) => [id, name]))
  const [isAssigning, setIsAssigning] = useState(false)
  const [removed, setRemoved] = useState<RetentionAssignment>()
  return (
    <section className="section">
      <div className="section-head">
        <h2>Assignments</h2>
        <button className="button" type="button" onClick={() => setIsAssigning(true)}>
          Assign
        </button>
      </div>
      {report.assignments.length === 0 ? (
        <p className="dim">None: the lines of all agents and namespaces have the class default.</p>
      ) : (
        <SortableTable
          label="Retention assignments"
          columns={columnsOf(names, setRemoved)}
          items={report.assignments}
          keyOf={({ agent_id, namespace }) => `${agent_id}/${namespace}`}
        />
      )}
      {isAssigning && (
        <AssignDialog
          classes={report.classes}
          agents={agents}
          say={say}
          onClose={() => setIsAssigning(false)}
        />
      )}
      {removed && (
        <ConfirmDialog
          title="Remove the assignment"
          verb="Remove it"
          act={() => sendJson('DELETE', `/retention/assignments?${queryOf(removed)}`)}
          onDone={() => {
            void changed()
            say('The assignment is removed; it holds for lines that come from now on, within 30 s.')
            setRemoved(undefined)
          }}
          onClose={() => setRemoved(undefined)}
        >
          <p>Lines that are stored keep the class that they have.</p>
        </ConfirmDialog>
      )}
    </section>
  )
}

function columnsOf(
  names: ReadonlyMap<string, string>,
  remove: (assignment: RetentionAssignment) => void,
): Column<RetentionAssignment>[] {
  const agentOf = (id: string | null) => (id === null ? null : (names.get(id) ?? id.slice(0, 8)))
  return [
    {
      name: 'Agent',
      value: ({ agent_id }) => agentOf(agent_id),
      cell: ({ agent_id }) => agentOf(agent_id) ?? <span className="dim">every agent</span>,
    },
    {
      name: 'Namespace',
      value: ({ namespace }) => namespace,
      cell: ({ namespace }) => namespace ?? <span className="dim">every namespace</span>,
    },
    {
      name: 'Class',
      value: ({ retention_class }) => retention_class,
      cell: ({ retention_class }) => retention_class,
    },
    {
      name: '(Actions)',
      cell: (assignment) => (
        <div className="actions">
          <button className="button small danger" type="button" onClick={() => remove(assignment)}>
            Remove
          </button>
        </div>
      ),
    },
  ]
}

function queryOf({ agent_id, namespace }: RetentionAssignment): string {
  return new URLSearchParams({
    ...(agent_id !== null && { agent_id }),
    ...(namespace !== null && { namespace }),
  }).toString()
}
