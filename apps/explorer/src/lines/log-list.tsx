import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { RefObject } from 'react'
import type { TimeZone } from '../format/format-time.ts'
import { buildRows } from './build-rows.ts'
import type { RowsInput } from './build-rows.ts'
import type { LineActions } from './line-actions.ts'
import type { LineView } from './line-view.ts'
import type { ListRow } from './list-row.ts'
import { ListItem, rowId } from './list-item.tsx'
import { rowHeight, useRowWindow } from './use-row-window.ts'
import { useKeySet } from './use-key-set.ts'
import { useListKeys } from './use-list-keys.ts'
import './lines.css'

interface LogListProps {
  label: string
  lines: Omit<RowsInput, 'unfolded' | 'zone'>
  view: LineView
  actions: LineActions
  /** Stays at the end as lines are added. */
  isFollowing?: boolean
  /** Tells when the end is reached and left. */
  onEnd?: (isAtEnd: boolean) => void
  isBusy?: boolean
}

/** How near the end counts as the end: with an early start, the next page is there before it is missed. */
const endReach = 2_000

/** A list of lines of any length, of which only what can be seen is in the page. */
export function LogList({
  label,
  lines,
  view,
  actions,
  isFollowing = false,
  onEnd,
  isBusy = false,
}: LogListProps) {
  const { rows, activeKey, activateKey, expanded, open, toggleFold, closeAll } = useOpenRows(lines, view.zone)
  const { scroller, virtualizer, reveal } = useRowWindow(rows, expanded, view.isWrapped, isFollowing)
  const activate = (index: number) => {
    activateKey(rows[index]?.key)
    reveal(index)
  }
  const tellEnd = useTellEnd(scroller, rows, isFollowing ? rowHeight : endReach, onEnd)
  useListKeys({ rows, activeKey, actions, activate, toggle: open, unfold: toggleFold, closeAll })
  const shown = virtualizer.getVirtualItems().flatMap(({ index, start }) => {
    const row = rows[index]
    return row
      ? [{ row, index, start, isActive: row.key === activeKey, isExpanded: expanded.has(row.key) }]
      : []
  })
  return (
    <div
      ref={scroller}
      className={`log-list ${view.isWrapped ? 'wrapped' : ''}`}
      role="treegrid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={rows.length}
      aria-busy={isBusy}
      aria-activedescendant={shown.some(({ isActive }) => isActive) ? rowId(activeKey ?? '') : undefined}
      onScroll={tellEnd}
    >
      <div className="log-rows" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
        {shown.map((item) => (
          <ListItem
            key={item.row.key}
            measure={virtualizer.measureElement}
            onOpen={open}
            onUnfold={toggleFold}
            {...{ ...item, view, actions }}
          />
        ))}
      </div>
    </div>
  )
}

/** The rows, which of them are open, and which one the keyboard is at. */
function useOpenRows(lines: LogListProps['lines'], zone: TimeZone) {
  const [unfolded, toggleFold] = useKeySet()
  const [expanded, toggleExpanded, closeAll] = useKeySet()
  const [activeKey, activateKey] = useState<string>()
  const rows = useMemo(() => buildRows({ ...lines, unfolded, zone }), [lines, unfolded, zone])
  const open = useCallback(
    (key: string) => {
      activateKey(key)
      toggleExpanded(key)
    },
    [toggleExpanded],
  )
  return { rows, expanded, activeKey, activateKey, open, toggleFold, closeAll }
}

/** Tells whether the end is near, when the list is scrolled and when it has changed: it may not fill its place. */
function useTellEnd(
  scroller: RefObject<HTMLDivElement | null>,
  rows: readonly ListRow[],
  reach: number,
  onEnd: LogListProps['onEnd'],
) {
  const tell = () => {
    if (!scroller.current) return
    const { scrollHeight, scrollTop, clientHeight } = scroller.current
    onEnd?.(scrollHeight - scrollTop - clientHeight < reach)
  }
  const latest = useRef(tell)
  useEffect(() => {
    latest.current = tell
  })
  useEffect(() => latest.current(), [rows])
  return tell
}
