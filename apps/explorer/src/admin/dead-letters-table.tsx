import type { DeadLetter } from '@logboom/contracts'
import { Link } from 'wouter'
import { Ago } from '../components/ago.tsx'
import { SortableTable } from '../components/sortable-table.tsx'
import type { Column } from '../components/sortable-table.tsx'

interface Props {
  letters: readonly DeadLetter[]
  agentNames: ReadonlyMap<string, string>
  open: (what: 'requeue' | 'delete', letter: DeadLetter) => void
}

export function DeadLettersTable({ letters, agentNames, open }: Props) {
  const columns: Column<DeadLetter>[] = [
    {
      name: 'Failed',
      value: ({ failed_at }) => failed_at,
      cell: ({ failed_at }) => <Ago time={failed_at} />,
    },
    {
      name: 'Agent',
      value: ({ agent_id }) => agentNames.get(agent_id) ?? agent_id,
      cell: ({ agent_id }) => (
        <Link href={`/agents/${agent_id}`}>{agentNames.get(agent_id) ?? agent_id.slice(0, 8)}</Link>
      ),
    },
    {
      name: 'Why',
      value: ({ reason }) => reason,
      cell: ({ reason, detail }) => (
        <>
          {reason.replaceAll('_', ' ')}
          <div className="dim">{detail}</div>
        </>
      ),
    },
    { name: 'Entry', cell: ({ entry }) => <Entry entry={entry} /> },
    {
      name: '(Actions)',
      cell: (letter) => (
        <div className="actions">
          <button className="button small" type="button" onClick={() => open('requeue', letter)}>
            Send again
          </button>
          <button className="button small danger" type="button" onClick={() => open('delete', letter)}>
            Delete
          </button>
        </div>
      ),
    },
  ]
  return <SortableTable label="Dead letters" columns={columns} items={letters} keyOf={({ id }) => id} />
}

function Entry({ entry }: { entry: DeadLetter['entry'] }) {
  const message = typeof entry['message'] === 'string' ? entry['message'] : ''
  return (
    <details>
      <summary className="mono">{message.slice(0, 120) || 'show'}</summary>
      <pre className="code-block">{JSON.stringify(entry, null, 2)}</pre>
    </details>
  )
}
