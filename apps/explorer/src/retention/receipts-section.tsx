import { useQuery } from '@tanstack/react-query'
import type { Receipt } from '@logboom/contracts'
import { Ago } from '../components/ago.tsx'
import { Failure } from '../components/failure.tsx'
import { Loading } from '../components/loading.tsx'
import { SortableTable } from '../components/sortable-table.tsx'
import type { Column } from '../components/sortable-table.tsx'
import { formatCount } from '../format/format-count.ts'
import { formatMoment } from '../format/format-time.ts'
import type { ReceiptState } from './check-receipts.ts'
import { receiptsQuery } from './retention-queries.ts'
import type { CheckedReceipts } from './retention-queries.ts'

export function ReceiptsSection() {
  const { data, error, refetch } = useQuery(receiptsQuery)
  return (
    <section className="section">
      <div className="section-head">
        <h2>Receipts</h2>
        <button className="button" type="button" onClick={() => void refetch()}>
          Read and check again
        </button>
      </div>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading what="receipts" />}
      {data?.receipts.length === 0 && <p className="dim">None yet: nothing was deleted so far.</p>}
      {data && data.receipts.length > 0 && (
        <>
          <Verdict checked={data} />
          <SortableTable
            label="Receipts"
            columns={columnsOf(data)}
            items={data.receipts}
            keyOf={({ number }) => String(number)}
          />
        </>
      )}
    </section>
  )
}

function Verdict({ checked: { receipts, check } }: { checked: CheckedReceipts }) {
  if (!check) {
    return (
      <p className="notice warning">
        This browser checks nothing on a page that came by plain http. Open Logboom by https, or run{' '}
        <code>logboom retention verify</code>.
      </p>
    )
  }
  if (check.faults > 0) {
    return (
      <p className="notice danger" role="alert">
        {formatCount(check.faults)} of these receipts are not as they were written. Keep a copy of the
        database, and run <code>logboom retention verify</code> to have all of them checked.
      </p>
    )
  }
  const signed = [...check.states.values()].filter((state) => state === 'signed').length
  return (
    <p className="notice">
      The newest {formatCount(receipts.length)} were checked in this browser: each is as it was written and
      follows the one before it; {formatCount(signed)} bear a signature of a key in use.
    </p>
  )
}

const words: Record<ReceiptState, readonly [text: string, tone: string]> = {
  signed: ['signed', 'good'],
  chained: ['in the chain', ''],
  changed: ['changed', 'danger'],
  broken: ['chain broken', 'danger'],
}

function columnsOf({ check }: CheckedReceipts): Column<Receipt>[] {
  return [
    { name: 'Number', isNumber: true, value: ({ number }) => number, cell: ({ number }) => number },
    {
      name: 'Deleted',
      value: ({ deleted_at }) => deleted_at,
      cell: ({ deleted_at }) => <Ago time={deleted_at} />,
    },
    { name: 'What', value: ({ kind }) => kind, cell: ({ kind }) => kind.replaceAll('_', ' ') },
    {
      name: 'Of',
      value: ({ subject }) => subject,
      cell: ({ subject }) => <span className="mono">{subject}</span>,
    },
    { name: 'Entries', isNumber: true, value: ({ rows }) => rows, cell: ({ rows }) => formatCount(rows) },
    {
      name: 'Received until',
      value: ({ to }) => to,
      cell: ({ to }) => (to === null ? '–' : formatMoment(to, 'local')),
    },
    {
      name: 'Checked',
      cell: ({ number }) => {
        const state = check?.states.get(number)
        if (!state) return <span className="dim">not checked</span>
        const [text, tone] = words[state]
        return <span className={`badge ${tone}`}>{text}</span>
      },
    },
  ]
}
