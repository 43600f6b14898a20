import { createHash } from 'node:crypto'
import type { AgentLimits } from '@logboom/contracts'
import type { Redis } from 'ioredis'
import { admitScript, releaseScript } from './admission-scripts.ts'
import { batchOfCommit } from './commits.ts'
import { answerKey, budgetKey, committedKey } from './keys.ts'
import { unavailable } from './queue-errors.ts'
import { runScript } from './redis-script.ts'

export interface AdmissionRequest {
  agentId: string
  /** The idempotency key. */
  key: string
  /** Any text that differs when the body does. */
  bodyHash: string
  /** `Logboom-Instance`; '' where there is none. */
  instance: string
  limits: Pick<AgentLimits, 'requests_per_minute' | 'request_burst' | 'max_instances'>
  /** For tests: the time instead of that of Redis. */
  nowMs?: number
}

interface Budget {
  /** Requests that may come at once. */
  limit: number
  /** Of those, still left. */
  remaining: number
  /** Seconds until all of them are available again. */
  resetS: number
}

export type Admission =
  | { kind: 'replay'; answer: string }
  | { kind: 'mismatch' }
  | { kind: 'in_progress' }
  | ({ kind: 'limited'; retryAfterS: number } & Budget)
  | ({ kind: 'admitted'; committedThrough: string | null } & Budget)

// An instance that was silent for so long gives its budget to another, such as the next pod of a deployment.
const silenceUs = 600_000_000
// Longer than accepting a batch can take (a slow body of 32 MiB), short enough for the retry of a crashed
// one.
const lockMs = 10_000

/**
 * Judges a push before its body is looked at, in one round trip: is it a repeat, is it within the limits?
 * When it is admitted, the batch is locked for 10 s, until `remember` or `release`. Repeats cost nothing.
 */
export async function admit(redis: Redis, shards: number, request: AdmissionRequest): Promise<Admission> {
  const reply = await callScript(redis, shards, request, admitScript, '0')
  // The script's own shape: kind, then an answer or three numbers, then a commit.
  const [kind, first, remaining, resetS, commit] = reply as [
    Admission['kind'],
    string,
    number,
    number,
    string?,
  ]
  const limit = request.limits.request_burst
  switch (kind) {
    case 'replay':
      return { kind, answer: first }
    case 'mismatch':
    case 'in_progress':
      return { kind }
    case 'limited':
      return { kind, retryAfterS: Number(first), limit, remaining, resetS }
    case 'admitted':
      return { kind, limit, remaining, resetS, committedThrough: batchOfCommit(commit) }
  }
}

/**
 * Ends an admission without an answer. `refund` where the fault was ours (503); a refused body stays paid
 * for.
 */
export async function release(
  redis: Redis,
  shards: number,
  request: AdmissionRequest & { refund: boolean },
): Promise<void> {
  await callScript(redis, shards, request, releaseScript, request.refund ? '1' : '0')
}

/** Keeps the answer for `ttlS` seconds, for repeats of the batch, and ends its lock. */
export async function remember(
  redis: Redis,
  shards: number,
  ttlS: number,
  batch: Pick<AdmissionRequest, 'agentId' | 'key' | 'bodyHash'> & { answer: string },
): Promise<void> {
  const key = answerKey(batch.agentId, batch.key, shards)
  try {
    await redis.set(key, `A${shortHash(batch.bodyHash)}${batch.answer}`, 'EX', ttlS)
  } catch (err) {
    throw unavailable('the answer could not be kept', err)
  }
}

async function callScript(
  redis: Redis,
  shards: number,
  request: AdmissionRequest,
  script: typeof admitScript,
  refund: string,
): Promise<unknown> {
  const { agentId, key, bodyHash, instance, limits, nowMs } = request
  const keys = [answerKey(agentId, key, shards), budgetKey(agentId, shards), committedKey(agentId, shards)]
  const args = [
    shortHash(bodyHash),
    instance,
    Math.floor(60_000_000 / limits.requests_per_minute),
    limits.request_burst,
    limits.max_instances,
    nowMs === undefined ? '' : Math.round(nowMs * 1000),
    silenceUs,
    lockMs,
    refund,
  ]
  try {
    return await runScript(redis, script, keys, args)
  } catch (err) {
    throw unavailable('the request could not be checked', err)
  }
}

/** 128 bits suffice to tell two bodies apart, and answers are what most of the keys in Redis are. */
function shortHash(bodyHash: string): string {
  return createHash('sha256').update(bodyHash).digest('base64url').slice(0, 22)
}
