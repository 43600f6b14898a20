import { defaultAgentLimits, LimitsAnswer } from '@logboom/contracts'
import type { z } from 'zod'
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
  /** Asks now. False when there was no answer. */
  ask(signal: AbortSignal): Promise<boolean>
  /** So many entries at once were too many, whatever the limits say. */
  learn(entries: number): void
}

/** By instance, the batch up to which all is committed; null from a broker that never tells. */
export type HearCommits = (committed: Record<string, string> | null) => void

const Limits = LimitsAnswer.pick({
  max_entries_per_request: true,
  requests_per_minute: true,
  request_burst: true,
})
const More = LimitsAnswer.pick({ retention_seconds: true, committed_through: true }).partial()

const freshMs = 10 * 60_000
const retryMs = 60_000

/** What this agent may send: the contract's defaults until the broker has told. */
export function createKnownLimits(
  asking: { client: BrokerClient; paks: PakSource; agentId: string },
  hear: { commits: HearCommits; retentionMs: (ms: number) => void },
): KnownLimits {
  let told: SendLimits = defaultAgentLimits
  // What was too much once is tried again some time after.
  let learned = { entries: Infinity, untilMs: 0 }
  let dueMs = 0

  async function ask(signal: AbortSignal): Promise<boolean> {
    const answer = await readLimits(asking, signal).catch(() => null)
    dueMs = performance.now() + (answer ? freshMs : retryMs)
    if (!answer) return false
    told = answer.limits
    if (answer.retention_seconds !== undefined) hear.retentionMs(answer.retention_seconds * 1000)
    hear.commits(answer.committed_through ?? null)
    return true
  }

  return {
    get current() {
      const { max_entries_per_request: entries } = told
      const isLess = learned.entries < entries && performance.now() < learned.untilMs
      return isLess ? { ...told, max_entries_per_request: learned.entries } : told
    },
    async refresh(signal) {
      if (performance.now() >= dueMs) await ask(signal)
    },
    ask,
    learn(entries) {
      learned = { entries: Math.max(1, Math.floor(entries / 2)), untilMs: performance.now() + freshMs }
    },
  }
}

async function readLimits(
  { client, paks, agentId }: { client: BrokerClient; paks: PakSource; agentId: string },
  signal: AbortSignal,
): Promise<({ limits: SendLimits } & z.infer<typeof More>) | null> {
  const headers = { Authorization: `Bearer ${await paks.read()}`, Accept: 'application/json' }
  const path = `/api/v1/agents/${agentId}/limits`
  const answer = await client.send({ method: 'GET', path, headers }, signal)
  if (answer.status !== 200) return null
  const json: unknown = JSON.parse(answer.body)
  const limits = Limits.safeParse(json)
  if (!limits.success || Object.values(limits.data).some((limit) => limit < 1)) return null
  const more = More.safeParse(json)
  return { limits: limits.data, ...(more.success && more.data) }
}
