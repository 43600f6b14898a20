import { pushHeaders } from '@logboom/contracts'
import type { Logger } from '@logboom/service'
import type { AgentMetrics } from '../metrics.ts'
import { bodyEncoding } from '../spool/push-body.ts'
import { pause } from '../wake-up.ts'
import type { BrokerAnswer, BrokerClient } from './broker-client.ts'
import type { Settled } from './deliver-batch.ts'
import { hintOf } from './hint-of.ts'
import { judgeAnswer } from './judge-answer.ts'
import type { RetryVerdict, Verdict } from './judge-answer.ts'
import type { Ramp } from './ramp.ts'
import type { PakSource } from './read-pak.ts'
import type { RequestBudget } from './request-budget.ts'
import { retryDelayMs } from './retry-delay.ts'
import type { RetryPace } from './retry-delay.ts'

/** One request body with what identifies it. */
export interface Push {
  key: string
  instance: string
  /** The number of the batch; null for a part of one. */
  number: number | null
  entries: number
  /** What the clock on the wall was ahead of `performance.now()` when its lines were sealed. */
  clockMs: number
  body: Buffer
  /** The request was counted already. */
  isPaid: boolean
}

export interface SendDeps {
  client: BrokerClient
  paks: PakSource
  agentId: string
  budget: RequestBudget
  ramp: Ramp
  /** Hears each answer of the broker that it took or refused a push with. */
  hear: (answer: BrokerAnswer, instance: string) => void
  pace: RetryPace
  metrics: AgentMetrics
  outage: Outage
}

/** Shipping was told to stop; what was not answered is sent again after the next start. */
export class ShippingStopped extends Error {}

/** Sends a push again and again, byte for byte the same, until the broker has taken or refused it. */
export async function sendPush(push: Push, deps: SendDeps, signal: AbortSignal): Promise<Settled> {
  const { budget, metrics, outage, pace, ramp } = deps
  if (!push.isPaid) await budget.take(signal)
  for (let attempt = 1; ; attempt += 1) {
    if (signal.aborted) throw new ShippingStopped()
    const verdict = await sendOnce(push, deps, signal)
    metrics.request(verdict.kind === 'retry' ? verdict.reason : verdict.kind, attempt > 1)
    if (verdict.kind !== 'retry') {
      ramp.accepted(outage.end())
      return verdict
    }
    ramp.failed()
    if (verdict.reason === '429') budget.drain()
    // A single failure, such as a kept connection that the other side had closed, is no outage.
    else if (!signal.aborted && (attempt > 1 || verdict.pace !== 'backoff')) outage.note(verdict)
    await pause(retryDelayMs(verdict, attempt, pace), signal)
  }
}

async function sendOnce(push: Push, deps: SendDeps, signal: AbortSignal): Promise<Verdict> {
  const { client, paks, agentId, hear } = deps
  const { instance } = push
  const pak = await paks.read().catch(() => null)
  if (pak === null) return { kind: 'retry', pace: 'credential', reason: 'pak_unreadable', retryAfterMs: null }
  const headers = {
    Authorization: `Bearer ${pak}`,
    Accept: 'application/json',
    'Content-Type': 'application/json',
    'Content-Encoding': bodyEncoding,
    [pushHeaders.idempotencyKey]: push.key,
    [pushHeaders.instance]: instance,
    [pushHeaders.sentAt]: steadyTime(push.clockMs),
    ...(push.number !== null && { [pushHeaders.batchNumber]: String(push.number) }),
  }
  const path = `/api/v1/agents/${agentId}/logs`
  try {
    const answer = await client.send({ method: 'POST', path, headers, body: push.body }, signal)
    const verdict = judgeAnswer(answer, push.entries)
    if (verdict.kind !== 'retry') hear(answer, instance)
    return verdict
  } catch (err) {
    return {
      kind: 'retry',
      pace: 'backoff',
      reason: isTimeout(err) ? 'timeout' : 'network',
      retryAfterMs: null,
    }
  }
}

/** By the clock that its lines have their times of: one that was put right since must make none look old, or yet to come. */
function steadyTime(clockMs: number): string {
  return new Date(clockMs + performance.now()).toISOString()
}

function isTimeout(err: unknown): boolean {
  const cause = err instanceof Error ? (err.cause ?? err) : err
  return cause instanceof Error && cause.name === 'TimeoutError'
}

export interface Outage {
  note(verdict: RetryVerdict): void
  /** How long it has lasted; 0 when there was none. */
  end(): number
  /** How long it has lasted; 0 when there is none. */
  lastsMs(): number
}

/** Tells of an outage at its beginning, when its nature changes, and at its end; not once for each attempt. */
export function createOutage(log: Logger): Outage {
  let reason: string | null = null
  let sinceAtMs: number | null = null
  const lastsMs = () => (sinceAtMs === null ? 0 : performance.now() - sinceAtMs)
  return {
    note(verdict) {
      if (verdict.reason !== reason)
        log.warn('the broker takes no batches', {
          reason: verdict.reason,
          hint: hintOf(verdict.reason),
          pace: verdict.pace,
        })
      reason = verdict.reason
      sinceAtMs ??= performance.now()
    },
    end() {
      const awayMs = Math.round(lastsMs())
      if (sinceAtMs !== null) log.info('the broker takes batches again', { awayMs })
      reason = null
      sinceAtMs = null
      return awayMs
    },
    lastsMs,
  }
}
