import type { Ref } from 'react'
import type { TimeZone } from '../format/format-time.ts'
import { EntryDetails } from './entry-details.tsx'
import type { FindMatches } from './find-matches.ts'
import type { LineActions } from './line-actions.ts'
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
  isWrapped: boolean
  zone: TimeZone
  findMatches: FindMatches
  actions: LineActions
  onOpen: (key: string) => void
  onUnfold: (key: string) => void
  ref: Ref<HTMLDivElement>
}

/** A row of the list at its place: a line, open or not, or what is said between lines. */
export function ListItem({ row, index, start, isActive, isExpanded, ref, ...shared }: ListItemProps) {
  return (
    <div
      id={rowId(row.key)}
      ref={ref}
      data-index={index}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isActive}
      aria-expanded={row.kind === 'entry' ? isExpanded : undefined}
      className={classOf(row, isActive, isExpanded)}
      style={{ transform: `translateY(${start}px)` }}
    >
      {row.kind === 'entry' ? <LogRow row={row} {...shared} /> : <MarkRow row={row} zone={shared.zone} />}
      {row.kind === 'entry' && isExpanded && (
        <div role="gridcell">
          <EntryDetails entry={row.entry} findMatches={shared.findMatches} actions={shared.actions} />
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
