import { useCallback, useMemo, useState } from 'react'
import { useTimeZone } from '../layout/use-time-zone.ts'
import { buildRows } from './build-rows.ts'
import type { RowsInput } from './build-rows.ts'
import type { FindMatches } from './find-matches.ts'
import type { LineActions } from './line-actions.ts'
import { ListItem, rowId } from './list-item.tsx'
import { rowHeight, useRowWindow } from './use-row-window.ts'
import { useKeySet } from './use-key-set.ts'
import { useListKeys } from './use-list-keys.ts'
import './lines.css'

interface LogListProps {
  label: string
  lines: Omit<RowsInput, 'unfolded' | 'zone'>
  findMatches: FindMatches
  actions: LineActions
  isWrapped: boolean
  /** Stays at the end as lines are added. */
  isFollowing?: boolean
  /** Tells when the end is reached and left. */
  onEnd?: (isAtEnd: boolean) => void
  isBusy?: boolean
}

/** How near the end counts as the end: with an early start, the next page is there before it is missed. */
const endReach = 2_000

/** A list of lines of any length, of which only what can be seen is in the page. */
export function LogList(props: LogListProps) {
  const { label, lines, findMatches, actions, isWrapped, isFollowing = false, onEnd, isBusy = false } = props
  const { rows, zone, expanded, activeKey, setActiveKey, open, toggleFold, closeAll } = useOpenRows(lines)
  const { scroller, virtualizer } = useRowWindow(rows, isWrapped, isFollowing)
  const activate = (index: number) => {
    setActiveKey(rows[index]?.key)
    virtualizer.scrollToIndex(index, { align: 'auto' })
  }
  useListKeys({ rows, activeKey, actions, activate, toggle: open, unfold: toggleFold, closeAll })
  const items = virtualizer.getVirtualItems()
  const shownKey = items.some(({ key }) => key === activeKey) ? activeKey : undefined
  return (
    <div
      ref={scroller}
      className={`log-list ${isWrapped ? 'wrapped' : ''}`}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={rows.length}
      aria-busy={isBusy}
      aria-activedescendant={shownKey && rowId(shownKey)}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
        onEnd?.(scrollHeight - scrollTop - clientHeight < (isFollowing ? rowHeight : endReach))
      }
    >
      <div className="log-rows" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const row = rows[index]
          if (!row) return null
          const [isActive, isExpanded] = [row.key === activeKey, expanded.has(row.key)]
          return (
            <ListItem
              key={row.key}
              ref={virtualizer.measureElement}
              onOpen={open}
              onUnfold={toggleFold}
              {...{ row, index, start, isActive, isExpanded, isWrapped, zone, findMatches, actions }}
            />
          )
        })}
      </div>
    </div>
  )
}

/** The rows, which of them are open, and which one the keyboard is at. */
function useOpenRows(lines: LogListProps['lines']) {
  const [zone] = useTimeZone()
  const [unfolded, toggleFold] = useKeySet()
  const [expanded, toggleExpanded, closeAll] = useKeySet()
  const [activeKey, setActiveKey] = useState<string>()
  const rows = useMemo(() => buildRows({ ...lines, unfolded, zone }), [lines, unfolded, zone])
  const open = useCallback(
    (key: string) => {
      setActiveKey(key)
      toggleExpanded(key)
    },
    [toggleExpanded],
  )
  return { rows, zone, expanded, activeKey, setActiveKey, open, toggleFold, closeAll }
}
