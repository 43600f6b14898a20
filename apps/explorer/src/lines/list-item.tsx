import type { RefCallback } from 'react'
import { EntryDetails } from './entry-details.tsx'
import type { LineActions } from './line-actions.ts'
import type { LineView } from './line-view.ts'
import type { ListRow } from './list-row.ts'
import { LogRow } from './log-row.tsx'
import { MarkRow } from './mark-row.tsx'

interface ListItemProps {
  row: ListRow
  index: number
  /** Pixels from the top of the list. */
  start: number
  isActive: boolean
  isExpanded: boolean
  view: LineView
  actions: LineActions
  onOpen: (key: string) => void
  onUnfold: (key: string) => void
  measure: RefCallback<HTMLDivElement>
}

/** A row of the list at its place: a line, open or not, or what is said between lines. */
export function ListItem({
  row,
  index,
  start,
  isActive,
  isExpanded,
  measure,
  view,
  actions,
  ...open
}: ListItemProps) {
  // one line is as high as another: only what can be higher is measured
  const isMeasured = isExpanded || view.isWrapped || row.kind !== 'entry'
  return (
    <div
      id={rowId(row.key)}
      ref={isMeasured ? measure : null}
      data-index={index}
      role="row"
      aria-rowindex={index + 1}
      aria-level={row.kind === 'entry' && row.isMember ? 2 : 1}
      aria-selected={isActive}
      aria-expanded={row.kind === 'entry' ? isExpanded : undefined}
      className={classOf(row, isActive, isExpanded)}
      style={{ transform: `translateY(${start}px)` }}
    >
      {row.kind === 'entry' ? (
        <LogRow row={row} view={view} {...open} />
      ) : (
        <MarkRow row={row} zone={view.zone} />
      )}
      {row.kind === 'entry' && isExpanded && (
        <div role="gridcell">
          <EntryDetails entry={row.entry} findMatches={view.findMatches} actions={actions} />
        </div>
      )}
    </div>
  )
}

export function rowId(key: string): string {
  return `row-${key.replaceAll(/[^\w-]/g, '_')}`
}

function classOf(row: ListRow, isActive: boolean, isExpanded: boolean): string {
  const level = row.kind === 'entry' ? (row.entry.level ?? 'none') : row.kind
  return `row row-${level} ${isActive ? 'active' : ''} ${isExpanded ? 'expanded' : ''}`
}
