import { setTimeout as wait } from 'node:timers/promises'
import { noOutcome, writerFates } from '@logboom/contracts'
import type { BatchOutcome } from '@logboom/contracts'
import type { Redis } from 'ioredis'
import { outcomeKey } from './keys.ts'

// Somebody who waits looks within 200 ms; whoever comes back later sends the batch again and gets its answer.
const outcomeTtlS = 60
const pollFirstMs = 10
const pollMaxMs = 200

/** Tells whoever waits for the job, now or within the next minute. */
export async function writeOutcome(
  redis: Redis,
  shards: number,
  jobId: string,
  outcome: BatchOutcome,
): Promise<void> {
  const counts = writerFates.map((fate) => outcome[fate])
  await redis.set(outcomeKey(jobId, shards), counts.join(' '), 'EX', outcomeTtlS)
}

/**
 * The sum over all jobs, which must be of one agent, as soon as each is committed; null after `waitMs`, or
 * when `signal` is aborted. Reads keys rather than listening: a message would be missed by those who come
 * late or lost the line.
 */
export async function awaitOutcome(
  redis: Redis,
  shards: number,
  jobIds: readonly string[],
  waitMs: number,
  signal: AbortSignal,
): Promise<BatchOutcome | null> {
  const keys = jobIds.map((jobId) => outcomeKey(jobId, shards))
  const deadline = performance.now() + waitMs
  for (let pauseMs = pollFirstMs; ; pauseMs = Math.min(pauseMs * 1.5, pollMaxMs)) {
    // While Redis is away nothing is known: the same as not yet.
    const found = await redis.mget(keys).catch(() => [])
    const outcomes = found.flatMap((value) => value ?? [])
    if (outcomes.length === keys.length) return sumOf(outcomes)
    const leftMs = deadline - performance.now()
    if (leftMs <= 0 || signal.aborted) return null
    await wait(Math.min(pauseMs, leftMs), undefined, { signal }).catch(() => undefined)
  }
}

function sumOf(outcomes: readonly string[]): BatchOutcome {
  const sum = { ...noOutcome }
  for (const outcome of outcomes) {
    const counts = outcome.split(' ').map(Number)
    writerFates.forEach((fate, index) => (sum[fate] += counts[index] ?? 0))
  }
  return sum
}
