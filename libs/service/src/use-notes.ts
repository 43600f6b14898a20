import { createRecentMap } from './recent-map.ts'

const usedEveryMs = 60_000
const notedMax = 50_000

/** Tells `onUsed`, at most once a minute for each id, that it is in use. What that throws is ignored: it is a convenience. */
export function createUseNotes(
  onUsed: ((id: string, atMs: number) => unknown) | undefined,
  now: () => number,
): (id: string) => void {
  const notedAtMs = createRecentMap<number>(notedMax)
  return (id) => {
    const atMs = now()
    if (!onUsed || atMs - (notedAtMs.get(id) ?? -Infinity) < usedEveryMs) return
    notedAtMs.set(id, atMs)
    void Promise.resolve()
      .then(() => onUsed(id, atMs))
      .catch(() => {})
  }
}
