import type { RetentionClass } from '@logboom/contracts'
import { useState } from 'react'
import { sendJson } from '../api/request.ts'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { SortableTable } from '../components/sortable-table.tsx'
import type { Column } from '../components/sortable-table.tsx'
import { formatDuration } from '../format/format-duration.ts'
import { ClassDialog } from './class-dialog.tsx'
import { useRetentionChanged } from './retention-queries.ts'

interface Props {
  classes: readonly RetentionClass[]
  say: (sentence: string) => void
}

type Open = { what: 'new' } | { what: 'edit' | 'delete'; one: RetentionClass }

export function ClassesSection({ classes, say }: Props) {
  const changed = useRetentionChanged()
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  return (
    <section className="section">
      <div className="section-head">
        <h2>Classes</h2>
        <button className="button" type="button" onClick={() => setOpen({ what: 'new' })}>
          New class
        </button>
      </div>
      <SortableTable
        label="Retention classes"
        columns={columnsOf(setOpen)}
        items={classes}
        keyOf={({ name }) => name}
      />
      {open?.what === 'new' && <ClassDialog say={say} onClose={close} />}
      {open?.what === 'edit' && <ClassDialog changed={open.one} say={say} onClose={close} />}
      {open?.what === 'delete' && (
        <ConfirmDialog
          title={`Delete the class ${open.one.name}`}
          verb="Delete it"
          act={() => sendJson('DELETE', `/retention/classes/${encodeURIComponent(open.one.name)}`)}
          onDone={() => {
            void changed()
            say(`The class ${open.one.name} is deleted; lines that have it keep it until they expire.`)
            close()
          }}
          onClose={close}
        >
          <p>Lines that have it are kept as long as it says. A class that is assigned cannot be deleted.</p>
        </ConfirmDialog>
      )}
    </section>
  )
}

function columnsOf(open: (what: Open) => void): Column<RetentionClass>[] {
  return [
    { name: 'Name', value: ({ name }) => name, cell: ({ name }) => name },
    {
      name: 'Kept for',
      isNumber: true,
      value: ({ retention_seconds }) => retention_seconds,
      cell: ({ retention_seconds }) => formatDuration(retention_seconds),
    },
    {
      name: 'Partitions of',
      isNumber: true,
      value: ({ partition_seconds }) => partition_seconds,
      cell: ({ partition_seconds }) => formatDuration(partition_seconds),
    },
    {
      name: '(Actions)',
      cell: (one) => (
        <div className="actions">
          <button className="button small" type="button" onClick={() => open({ what: 'edit', one })}>
            Change<span className="unseen"> {one.name}</span>
          </button>
          {one.name !== 'default' && (
            <button
              className="button small danger"
              type="button"
              onClick={() => open({ what: 'delete', one })}
            >
              Delete<span className="unseen"> {one.name}</span>
            </button>
          )}
        </div>
      ),
    },
  ]
}
