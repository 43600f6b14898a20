import { useState } from 'react'
import type { PointerEvent } from 'react'

/** A stretch of an element's width that was dragged over, in fractions of it. */
export interface Stretch {
  from: number
  to: number
}

/** Less is a click. */
const pixelsMin = 4

/** Follows a drag over an element from side to side; `done` gets what it went over. */
export function useDrag(done: (stretch: Stretch) => void) {
  const [anchor, setAnchor] = useState<number>()
  const [at, setAt] = useState<number>()
  const place = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientX - left) / width))
  }
  const stretch =
    anchor === undefined || at === undefined
      ? undefined
      : { from: Math.min(anchor, at), to: Math.max(anchor, at) }
  const handlers = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return
      event.currentTarget.setPointerCapture(event.pointerId)
      setAnchor(place(event))
      setAt(place(event))
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => setAt(place(event)),
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      const { width } = event.currentTarget.getBoundingClientRect()
      if (stretch && (stretch.to - stretch.from) * width >= pixelsMin) done(stretch)
      setAnchor(undefined)
    },
    onPointerCancel: () => setAnchor(undefined),
    onPointerLeave: () => setAt(undefined),
  }
  return { handlers, stretch, at }
}
