/** Gives every batch its own microsecond of receipt, even when the system clock steps back. */
export function createReceiptClock(now: () => number = Date.now): () => number {
  let last = 0
  return () => {
    last = Math.max(last + 1, now() * 1000)
    return last
  }
}
