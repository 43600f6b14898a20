import type { Logger } from '@logboom/service'
import type { AgentMetrics } from '../metrics.ts'
import type { Spool, WaitingPart } from '../spool/spool.ts'

/** Follows what the broker says of commits, and knows when to ask and what to send again. */
export interface CommitTracker {
  /** The broker named the batch up to which all of an instance is committed. */
  hear(instance: string, key: string): void
  /** Its answer to the question, by instance; null from a broker that never tells. */
  hearAll(committed: Record<string, string> | null): void
  /** A part was answered. */
  answered(part: WaitingPart): Promise<void>
  /** Something that was answered and not committed for too long; the oldest first. */
  overdue(): WaitingPart | null
  /** How long until something is to be asked or sent again; null when nothing waits for its commit. */
  waitMs(): number | null
  /** Whether it is time to ask; counts as asked. */
  mustAsk(): boolean
}

const askMsMin = 1_000
const askMsMax = 30_000

export interface TrackDeps {
  spool: Spool
  metrics: Pick<AgentMetrics, 'unconfirmed'>
  log: Logger
  /** What is not committed so long after its answer is sent again. */
  timeoutMs: number
  now?: () => number
}

export function createCommitTracker(deps: TrackDeps): CommitTracker {
  const { spool, metrics, log, timeoutMs, now = () => performance.now() } = deps
  /** Null until it is known whether this broker tells. */
  let isTold: boolean | null = null
  let askEveryMs = askMsMin
  let askAtMs = 0
  const uncommitted = () => uncommittedOf(spool)
  const hear = (instance: string, key: string) => {
    isTold = true
    spool
      .committed(instance, key)
      .catch((err: unknown) => log.error('a committed batch cannot be freed', { key, err }))
  }
  return {
    hear,
    hearAll(committed) {
      if (committed === null) isTold ??= false
      else isTold = true
      for (const [instance, key] of Object.entries(committed ?? {})) hear(instance, key)
    },
    async answered(part) {
      askEveryMs = askMsMin
      askAtMs = now() + askEveryMs
      if (part.answers < 2 || isTold !== false) return
      log.warn('the broker never tells what it has committed; what it has taken twice is taken for safe', {
        key: part.key,
      })
      metrics.unconfirmed('never_told', 1)
      await spool.release(part)
    },
    overdue() {
      const due = now() - timeoutMs
      return (
        uncommitted().find(({ answeredAtMs, isTaken }) => (answeredAtMs ?? now()) <= due && !isTaken) ?? null
      )
    },
    waitMs() {
      const [oldest] = uncommitted()
      if (!oldest) return null
      const resendMs = (oldest.answeredAtMs ?? now()) + timeoutMs - now()
      return Math.max(0, Math.min(resendMs, askAtMs - now()))
    },
    mustAsk() {
      if (now() < askAtMs || uncommitted().length === 0) return false
      askEveryMs = Math.min(askMsMax, askEveryMs * 2)
      askAtMs = now() + askEveryMs
      return true
    },
  }
}

function uncommittedOf({ waiting }: Spool): WaitingPart[] {
  const parts = waiting.flatMap((batch) => batch.parts)
  return parts.filter(({ answeredAtMs, isReleased }) => answeredAtMs !== null && !isReleased)
}
