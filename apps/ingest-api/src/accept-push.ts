import type { AgentLimits, BatchJob, RejectedReadUntil, Rejection } from '@logboom/contracts'
import { jobIdOf } from '@logboom/queue'
import { buildJobs } from './build-jobs.ts'
import { checkReadUntil } from './check-read-until.ts'
import type { KnownLinks } from './known-links.ts'
import type { Push } from './parse-push.ts'
import type { RetentionPolicy } from './retention-policy.ts'
import { sortEntries } from './sort-entries.ts'
import { sortGaps } from './sort-gaps.ts'
import type { StreamBudget } from './stream-budget.ts'

export interface AcceptDeps {
  policy: RetentionPolicy
  links: KnownLinks
  streams: StreamBudget
  /** Microseconds since 1970, never the same twice. */
  receiptClock: () => number
  futureSkewUsMax: number
}

export interface AcceptedPush {
  /** Entries that will be stored. */
  entries: number
  rejected: Rejection[]
  rejectedGaps: Rejection[]
  /** Why what it says of how far the sender has read is not taken. */
  rejectedReadUntil: RejectedReadUntil | null
  expired: number
  unlinked: number
  /** Empty when there is nothing to write. */
  jobs: BatchJob[]
  /** There were entries, none of them is valid, and there is no gap: the sender must hear of it. */
  isRefused: boolean
}

export interface PushContext {
  agentId: string
  key: string
  bodyHash: string
  limits: AgentLimits
  requestId: string
  /** The sender waits for COMMIT. */
  isAwaited: boolean
}

/** Decides what becomes of a push and turns what is accepted into jobs for the writer. */
export async function acceptPush(
  push: Push,
  { agentId, key, bodyHash, limits, requestId, isAwaited }: PushContext,
  { policy, links, streams, receiptClock, futureSkewUsMax }: AcceptDeps,
): Promise<AcceptedPush> {
  await policy.refresh()
  const receivedUs = receiptClock()
  const messageBytesMax = limits.max_message_bytes
  // with its body, so that a key that is used again when its first answer is forgotten makes other jobs and rows
  const source = `${key}\0${bodyHash}`
  const context = { agentId, source, receivedUs, messageBytesMax, futureSkewUsMax, policy, links, streams }
  const sorted = await sortEntries(push, context)
  const { gaps, rejected: badGaps } = sortGaps(push.gaps, context)
  const readUntil = checkReadUntil(push, { sentUs: push.sentUs, receivedUs, futureSkewUsMax })
  const isRefused =
    push.entries.length > 0 && sorted.rejected.length === push.entries.length && gaps.length === 0
  const batch = {
    agent_id: agentId,
    batch_id: key,
    instance: push.instance,
    batch_number: push.batchNumber,
    request_id: requestId,
    is_awaited: isAwaited,
    created_us: receivedUs,
    ...(readUntil.report && { read_report: readUntil.report }),
  }
  // a numbered batch is written even when nothing of it is left, or committed_through would wait for it for ever
  const isNeeded = sorted.accepted.length > 0 || gaps.length > 0 || push.batchNumber !== null
  return {
    entries: sorted.accepted.length,
    rejected: sorted.rejected,
    rejectedGaps: badGaps,
    rejectedReadUntil: readUntil.rejected,
    expired: sorted.expired,
    unlinked: sorted.unlinked,
    jobs: isNeeded
      ? buildJobs(batch, sorted.accepted, gaps, (rows, part) => jobIdOf(agentId, `${source}\0${rows}`, part))
      : [],
    isRefused,
  }
}
