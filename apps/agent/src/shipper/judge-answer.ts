import { PushAnswer, pushHeaders, Rejection } from '@logboom/contracts'
import { z } from 'zod'
import type { BrokerAnswer } from './broker-client.ts'
import { readRetryAfter } from './retry-after.ts'

export type Verdict =
  | { kind: 'accepted'; answer: PushAnswer; isReplayed: boolean }
  /** Too large as a whole. */
  | { kind: 'too_large' }
  /** Something in it is unacceptable; `rejected` says what, if the broker told. */
  | { kind: 'refused'; code: string; rejected: Rejection[] | null }
  | RetryVerdict

export interface RetryVerdict {
  kind: 'retry'
  /** Backoff for what passes; slow for what needs a human; credential for what a new key mends. */
  pace: 'backoff' | 'slow' | 'credential'
  reason: string
  /** The least that the broker asked for. */
  retryAfterMs: number | null
}

const passing = new Set([408, 409, 425, 429])

/** What an answer to a push of `sent` entries means. Whatever does not look like our broker is not believed. */
export function judgeAnswer(answer: BrokerAnswer, sent: number): Verdict {
  const { status } = answer
  const retry = (pace: RetryVerdict['pace'], reason = String(status)): RetryVerdict => ({
    kind: 'retry',
    pace,
    reason,
    retryAfterMs: readRetryAfter(answer.headers),
  })
  if (status >= 200 && status < 300) {
    const accepted = PushAnswer.safeParse(jsonOf(answer.body))
    // A captive portal answers 200 with a page; a broker that counted wrongly did not see what we sent.
    if (!accepted.success || accepted.data.received !== sent) return retry('backoff', 'invalid_answer')
    const isReplayed = answer.headers[pushHeaders.replayed] === 'true'
    return { kind: 'accepted', answer: accepted.data, isReplayed }
  }
  if (passing.has(status) || status >= 500) return retry('backoff')
  if (status === 401 || status === 403) return retry('credential')
  if (status === 413) return { kind: 'too_large' }
  if (status !== 400 && status !== 422) return retry('slow')
  const problem = Refusal.safeParse(jsonOf(answer.body))
  if (!problem.success) return retry('slow', 'invalid_answer')
  const { code, rejected = null } = problem.data
  return {
    kind: 'refused',
    code,
    rejected: rejected && rejected.length === sent ? rejected : null,
  }
}

const Refusal = z.object({ code: z.string(), rejected: z.array(Rejection).optional() })

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
