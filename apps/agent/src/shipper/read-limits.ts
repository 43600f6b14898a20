import { defaultAgentLimits, LimitsAnswer } from '@logboom/contracts'
import type { BrokerClient } from './broker-client.ts'
import type { PakSource } from './read-pak.ts'
import type { RequestRate } from './request-budget.ts'

export interface SendLimits extends RequestRate {
  max_entries_per_request: number
}

export interface KnownLimits {
  readonly current: SendLimits
  /** Asks the broker when the answer is old. Whatever goes wrong, the limits known before stay in force. */
  refresh(signal: AbortSignal): Promise<void>
}

const Limits = LimitsAnswer.pick({
  max_entries_per_request: true,
  requests_per_minute: true,
  request_burst: true,
})

const freshMs = 10 * 60_000
const retryMs = 60_000

/** What this agent may send: the contract's defaults until the broker has told. */
export function createKnownLimits(client: BrokerClient, paks: PakSource, agentId: string): KnownLimits {
  let current: SendLimits = defaultAgentLimits
  let dueMs = 0

  async function ask(signal: AbortSignal): Promise<SendLimits | null> {
    const headers = { Authorization: `Bearer ${await paks.read()}`, Accept: 'application/json' }
    const answer = await client.send(
      { method: 'GET', path: `/api/v1/agents/${agentId}/limits`, headers },
      signal,
    )
    if (answer.status !== 200) return null
    const limits = Limits.safeParse(JSON.parse(answer.body))
    return limits.success && Object.values(limits.data).every((limit) => limit >= 1) ? limits.data : null
  }

  return {
    get current() {
      return current
    },
    async refresh(signal) {
      if (performance.now() < dueMs) return
      const told = await ask(signal).catch(() => null)
      current = told ?? current
      dueMs = performance.now() + (told ? freshMs : retryMs)
    },
  }
}
