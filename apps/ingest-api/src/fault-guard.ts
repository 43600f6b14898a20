/** Turns agents away, before their bodies are read, that have spent their requests on bodies that cannot be taken. */
export interface FaultGuard {
  block(agentId: string, seconds: number): void
  /** Seconds for which the agent is still turned away; 0 when it is not. */
  blockedS(agentId: string): number
}

const agentsMax = 100_000

export function createFaultGuard(now: () => number = Date.now): FaultGuard {
  const untilMs = new Map<string, number>()
  return {
    block(agentId, seconds) {
      if (untilMs.size >= agentsMax) untilMs.clear()
      untilMs.set(agentId, now() + seconds * 1000)
    },
    blockedS(agentId) {
      const leftMs = (untilMs.get(agentId) ?? 0) - now()
      if (leftMs <= 0) untilMs.delete(agentId)
      return Math.max(0, Math.ceil(leftMs / 1000))
    },
  }
}
