import { createHash } from 'node:crypto'
import { followBoost } from '@logboom/contracts'
import type { AgentLimits, Follow } from '@logboom/contracts'
import type { Redis } from 'ioredis'
import { admitScript, releaseScript } from './admission-scripts.ts'
import { batchOfCommit } from './commits.ts'
import { followOf } from './follow-marks.ts'
import { answerKey, budgetKey, committedKey, followKey } from './keys.ts'
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

export interface Budget {
  /** Requests that may come at once. */
  limit: number
  /** Of those, still left. */
  remaining: number
  /** Seconds until all of them are available again. */
  resetS: number
}

export interface Budgets extends Budget {
  /** What there is besides, as somebody follows the agent: drawn on when the rest is spent. */
  boost: Budget | null
}

export type Admission =
  | { kind: 'replay'; answer: string }
  | { kind: 'mismatch' }
  | { kind: 'in_progress' }
  | ({ kind: 'limited'; retryAfterS: number } & Budgets)
  | ({
      kind: 'admitted'
      committedThrough: string | null
      follow: Follow | null
      isBoosted: boolean
    } & Budgets)

export interface Release extends AdmissionRequest {
  refund: boolean
  /** As the admission said. Default false. */
  isBoosted?: boolean
}

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
  // The script's own shape: kind, then an answer or three numbers, then a commit, marks, and three numbers of the boost.
  const [kind, first, remaining, resetS, commit, marks, ...boosted] = reply as AdmitReply
  const follow = followOf(marks ?? [])
  const budgets = () => {
    const limit = request.limits.request_burst
    return { limit, remaining, resetS, boost: follow && boostOf(boosted) }
  }
  switch (kind) {
    case 'replay':
      return { kind, answer: first }
    case 'mismatch':
    case 'in_progress':
      return { kind }
    case 'limited':
      return { kind, retryAfterS: Number(first), ...budgets() }
    case 'admitted':
      return {
        kind,
        ...budgets(),
        committedThrough: batchOfCommit(commit),
        follow,
        isBoosted: boosted[2] === 1,
      }
  }
}

type BoostReply = [remaining: number, resetS: number, isBoosted: number]

type AdmitReply = [
  kind: Admission['kind'],
  first: string,
  remaining: number,
  resetS: number,
  commit: string | null,
  marks: string[] | undefined,
  ...BoostReply,
]

function boostOf([remaining, resetS]: BoostReply): Budget {
  return { limit: followBoost.request_burst, remaining, resetS }
}

/**
 * Ends an admission without an answer. `refund` where the fault was ours (503), to the budget that it was drawn on; a
 * refused body stays paid for.
 */
export async function release(redis: Redis, shards: number, request: Release): Promise<void> {
  const { refund, isBoosted = false } = request
  await callScript(redis, shards, request, releaseScript, refund ? (isBoosted ? '2' : '1') : '0')
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
  const keys = [
    answerKey(agentId, key, shards),
    ...[budgetKey, committedKey, followKey].map((keyOf) => keyOf(agentId, shards)),
  ]
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
