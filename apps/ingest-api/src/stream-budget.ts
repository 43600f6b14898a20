/** Bounds the live streams of an agent: a label or a pod per request must not make a stream of each. */
export interface StreamBudget {
  /** True when the agent may have this stream; false when it has too many live ones already. */
  take(agentId: string, streamId: bigint): boolean
}

export interface StreamBudgetOptions {
  streamsMax: number
  /** Called when an agent reaches the bound, at most once an hour. */
  onFull?: (agentId: string) => void
  now?: () => number
}

/** A stream that was not seen for one to two of these is not counted any more. */
const generationMs = 3_600_000

export function createStreamBudget({
  streamsMax,
  onFull = () => undefined,
  now = Date.now,
}: StreamBudgetOptions): StreamBudget {
  let current = new Map<string, Set<bigint>>()
  let previous = new Map<string, Set<bigint>>()
  let full = new Set<string>()
  let turnsMs = now() + generationMs

  function turn(): void {
    const lateMs = now() - turnsMs
    if (lateMs < 0) return
    previous = lateMs < generationMs ? current : new Map()
    current = new Map()
    full = new Set()
    turnsMs = now() + generationMs
  }

  return {
    take(agentId, streamId) {
      turn()
      const live = current.get(agentId) ?? new Set()
      if (live.size === 0) current.set(agentId, live)
      if (live.has(streamId)) return true
      const older = previous.get(agentId)
      const known = older?.delete(streamId) ?? false
      if (known || live.size + (older?.size ?? 0) < streamsMax) {
        live.add(streamId)
        return true
      }
      if (!full.has(agentId)) onFull(agentId)
      full.add(agentId)
      return false
    },
  }
}
