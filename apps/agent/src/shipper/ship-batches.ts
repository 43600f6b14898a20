import type { Gap } from '@logboom/contracts'
import type { Logger } from '@logboom/service'
import type { AgentMetrics } from '../metrics.ts'
import type { StoredBatch } from '../spool/batch-file.ts'
import type { Spool } from '../spool/spool.ts'
import { pause } from '../wake-up.ts'
import { deliverBatch } from './deliver-batch.ts'
import type { DeliverDeps } from './deliver-batch.ts'
import type { KnownLimits } from './read-limits.ts'
import { ShippingStopped } from './send-push.ts'

export interface ShipDeps {
  spool: Spool
  limits: KnownLimits
  deliver: DeliverDeps
  metrics: AgentMetrics
  log: Logger
}

const diskRetryMs = 1_000

/** Brings the batches of the spool to the broker, oldest first, one at a time, until `signal` is aborted. */
export async function shipBatches(deps: ShipDeps, signal: AbortSignal): Promise<void> {
  const { spool, limits, log } = deps
  let isDiskBad = false
  while (!signal.aborted) {
    const [oldest] = spool.waiting
    if (!oldest) {
      await spool.added.next(signal)
      continue
    }
    try {
      await limits.refresh(signal)
      const batch = await spool.read(oldest)
      await settle(batch, await deliverBatch(batch, deps.deliver), deps)
      isDiskBad = false
    } catch (err) {
      if (err instanceof ShippingStopped) return
      // The batch stays where it is and is sent again, which changes nothing.
      if (!isDiskBad)
        log.error('a batch cannot be read from the spool or freed', { number: oldest.number, err })
      isDiskBad = true
      deps.metrics.writeFailure()
      await pause(diskRetryMs, signal)
    }
  }
}

async function settle(
  { header }: StoredBatch,
  gaps: readonly Gap[],
  { spool, metrics, log }: ShipDeps,
): Promise<void> {
  await spool.settle(header, gaps)
  for (const { reason } of gaps) metrics.gap(reason)
  log.debug('batch sent', {
    number: header.number,
    key: header.key,
    entries: header.entries,
    gaps: gaps.length,
  })
}
