import { useMutation } from '@tanstack/react-query'
import type { RetentionPreview } from '@logboom/contracts'
import { Failure } from '../components/failure.tsx'
import { SortableTable } from '../components/sortable-table.tsx'
import type { Column } from '../components/sortable-table.tsx'
import { formatCount } from '../format/format-count.ts'
import { previewRetention } from './retention-queries.ts'

export function NextRunSection() {
  const preview = useMutation({ mutationFn: () => previewRetention() })
  return (
    <section className="section">
      <div className="section-head">
        <h2>The next clean-up</h2>
        <button
          className="button"
          type="button"
          disabled={preview.isPending}
          onClick={() => preview.mutate()}
        >
          Show what it would delete now
        </button>
      </div>
      {preview.error && <Failure error={preview.error} />}
      {preview.data && <Preview preview={preview.data} />}
    </section>
  )
}

interface Row {
  what: string
  subject: string
  rows: number
}

function Preview({ preview }: { preview: RetentionPreview }) {
  const rows: Row[] = [
    ...preview.partitions.map(({ partition, rows: count }) => ({
      what: 'a whole partition',
      subject: partition,
      rows: count,
    })),
    ...preview.rows.map(({ partition, rows: count }) => ({
      what: 'rows of',
      subject: partition,
      rows: count,
    })),
    ...preview.bounds.map(({ kind, subject, rows: count }) => ({
      what: kind.startsWith('agent')
        ? 'above the bound of an agent'
        : 'above the bound of a deployment object',
      subject,
      rows: count,
    })),
  ]
  if (rows.length === 0) return <p className="dim">Nothing: no line has expired, and no bound is passed.</p>
  return (
    <>
      <p>{formatCount(preview.total_rows)} entries.</p>
      <SortableTable
        label="What would be deleted"
        columns={columns}
        items={rows}
        keyOf={({ subject }) => subject}
      />
    </>
  )
}

const columns: readonly Column<Row>[] = [
  { name: 'What', cell: ({ what }) => what },
  {
    name: 'Of',
    value: ({ subject }) => subject,
    cell: ({ subject }) => <span className="mono">{subject}</span>,
  },
  { name: 'Entries', isNumber: true, value: ({ rows }) => rows, cell: ({ rows }) => formatCount(rows) },
]
