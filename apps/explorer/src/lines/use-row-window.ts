import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { ListRow } from './list-row.ts'

/** Of a line that is not open, in pixels; lines.css says it too. */
export const rowHeight = 20

/** Which rows are in the page, and where. */
export function useRowWindow(rows: readonly ListRow[], isWrapped: boolean, isFollowing: boolean) {
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
  })
  useEffect(() => virtualizer.measure(), [isWrapped, virtualizer])
  useEffect(() => {
    if (isFollowing && rows.length > 0) virtualizer.scrollToIndex(rows.length - 1, { align: 'end' })
  }, [isFollowing, rows, virtualizer])
  return { scroller, virtualizer }
}
