/** An agent that pushes every second need not be noted as seen more often than people look. */
const notedEveryMs = 10_000

export interface SeenNotesOptions {
  note: (agentId: string) => Promise<unknown>
  onError: (error: unknown) => void
  now?: () => number
}

/** Notes that agents are alive, each at most every 10 s and never in the way of the push that showed it. */
export function createSeenNotes({
  note,
  onError,
  now = Date.now,
}: SeenNotesOptions): (agentId: string) => void {
  const notedAtMs = new Map<string, number>()
  return (agentId) => {
    if (now() - (notedAtMs.get(agentId) ?? Number.NEGATIVE_INFINITY) < notedEveryMs) return
    if (notedAtMs.size >= 100_000) notedAtMs.clear()
    notedAtMs.set(agentId, now())
    note(agentId).catch(onError)
  }
}
