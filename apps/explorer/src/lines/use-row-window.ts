import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { ListRow } from './list-row.ts'

/** Of a line that is not open, in pixels; lines.css says it too. */
export const rowHeight = 20

/** Which rows are in the page, and where. */
export function useRowWindow(
  rows: readonly ListRow[],
  expanded: ReadonlySet<string>,
  isWrapped: boolean,
  isFollowing: boolean,
) {
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
    // rows that come a frame later than the scroll are drawn all at once, instead of each frame waiting for its rows
    useFlushSync: false,
  })
  const wrappedBefore = useRef(isWrapped)
  useEffect(() => {
    if (wrappedBefore.current === isWrapped) return
    wrappedBefore.current = isWrapped
    const first = virtualizer.range?.startIndex ?? 0
    virtualizer.measure()
    // what was read stays where it was
    virtualizer.scrollToIndex(first, { align: 'start' })
  }, [isWrapped, virtualizer])
  const before = useRef(expanded)
  useEffect(() => {
    for (const key of before.current) {
      // a closed row is of the height that all have, and is not measured any more
      if (!expanded.has(key) && !isWrapped) virtualizer.resizeItem(indexOf(rows, key), rowHeight)
    }
    before.current = expanded
  }, [expanded, isWrapped, rows, virtualizer])
  useEffect(() => {
    if (isFollowing && rows.length > 0) virtualizer.scrollToIndex(rows.length - 1, { align: 'end' })
  }, [isFollowing, rows, virtualizer])
  const reveal = (index: number) => {
    // with the last line comes what is said at the end
    const isLast = rows.findLastIndex(({ kind }) => kind === 'entry') === index
    virtualizer.scrollToIndex(isLast ? rows.length - 1 : index, { align: 'auto' })
  }
  return { scroller, virtualizer, reveal }
}

function indexOf(rows: readonly ListRow[], key: string): number {
  return rows.findIndex((row) => row.key === key)
}
