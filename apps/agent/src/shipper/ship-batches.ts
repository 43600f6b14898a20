import type { Logger } from '@logboom/service'
import type { AgentMetrics } from '../metrics.ts'
import type { Spool, WaitingPart } from '../spool/spool.ts'
import { pause } from '../wake-up.ts'
import { deliverBatch } from './deliver-batch.ts'
import type { DeliverDeps } from './deliver-batch.ts'
import type { FollowBoost } from './follow-boost.ts'
import type { Ramp } from './ramp.ts'
import type { KnownLimits } from './read-limits.ts'
import type { RequestBudget } from './request-budget.ts'
import { ShippingStopped } from './send-push.ts'
import type { CommitTracker } from './track-commits.ts'

export interface ShipDeps {
  spool: Spool
  limits: KnownLimits
  budget: RequestBudget
  boost: FollowBoost
  ramp: Ramp
  commits: CommitTracker
  deliver: DeliverDeps
  metrics: AgentMetrics
  log: Logger
}

const diskRetryMs = 1_000

/**
 * Brings the batches of the spool to the broker until `signal` is aborted: one at a time, and while many wait and all
 * goes well, some more at once. In between it asks what is committed.
 */
export async function shipBatches(deps: ShipDeps, signal: AbortSignal): Promise<void> {
  const { spool, limits, ramp, commits } = deps
  const disk = { isBad: false }
  const underWay = new Set<Promise<void>>()
  while (!signal.aborted) {
    if (spool.unsent > 0) await limits.refresh(signal)
    const part = underWay.size < ramp.window() && ramp.delayMs() === 0 ? choose(deps) : null
    if (part) {
      part.isTaken = true
      const shipping = ship(part, deps, disk, signal).finally(() => {
        part.isTaken = false
        underWay.delete(shipping)
        spool.added.ring()
      })
      underWay.add(shipping)
    } else if (underWay.size === 0 && commits.mustAsk()) await limits.ask(signal)
    else await spool.added.next(signal, idleMs(deps, underWay.size > 0))
  }
  await Promise.all(underWay)
}

/** What may be sent now. A request that is chosen for is counted. */
function choose({ spool, budget, boost, commits }: ShipDeps): WaitingPart | null {
  const isAvailable = budget.isAvailable()
  if (!isAvailable && !boost.budget.isAvailable()) return null
  const part = spool.next()
  if (part?.lane === 'followed' && boost.budget.isAvailable()) {
    boost.budget.spend()
    return part
  }
  if (!isAvailable) return null
  const chosen = part ?? commits.overdue()
  if (chosen) budget.spend()
  return chosen
}

/** How long to sleep unless something rings; undefined: until it does. */
function idleMs({ spool, budget, boost, ramp, commits }: ShipDeps, isBusy: boolean): number | undefined {
  if (isBusy) return undefined
  const waits = [commits.waitMs()]
  if (spool.unsent > 0) {
    waits.push(Math.max(ramp.delayMs(), 1), budget.waitMs() || diskRetryMs)
    if (boost.isActive()) waits.push(boost.budget.waitMs() || diskRetryMs)
  }
  const known = waits.filter((ms) => ms !== null)
  return known.length > 0 ? Math.max(1, Math.min(...known)) : undefined
}

async function ship(
  part: WaitingPart,
  deps: ShipDeps,
  disk: { isBad: boolean },
  signal: AbortSignal,
): Promise<void> {
  const { spool, metrics, commits, log } = deps
  try {
    const body = await spool.take(part)
    const { key, entries, isRenumbered, sentAs } = part
    if (!sentAs) throw new Error('a part that was taken has its number')
    const knownFates = spool.fatesOf(part)
    const { gaps, fates } = await deliverBatch(
      { ...sentAs, clockMs: part.batch.clockMs, key, entries, isRenumbered, body, knownFates },
      deps.deliver,
    )
    await spool.answered(part, gaps, fates)
    for (const { reason } of gaps) metrics.gap(reason)
    log.debug('batch sent', { number: sentAs.number, key, entries, gaps: gaps.length })
    await commits.answered(part)
    disk.isBad = false
  } catch (err) {
    if (err instanceof ShippingStopped) return
    // The batch stays where it is and is sent again, which changes nothing.
    if (!disk.isBad) log.error('a batch cannot be read from the spool', { seq: part.batch.seq, err })
    disk.isBad = true
    metrics.writeFailure()
    await pause(diskRetryMs, signal)
  }
}
