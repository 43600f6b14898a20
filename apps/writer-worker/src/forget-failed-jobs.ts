import { setTimeout as wait } from 'node:timers/promises'
import { findHorizon } from '@logboom/db'
import type { Database } from '@logboom/db'
import type { BatchConsumer } from '@logboom/queue'
import type { Logger } from '@logboom/service'

const everyMs = 60_000
const everyOfRetention = 4

/** Sees to it that jobs which nobody could read or write do not keep their lines longer than the longest retention. */
export async function forgetFailedJobs(
  { db, consumer, log }: { db: Database; consumer: BatchConsumer; log: Logger },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const retentionMs = await forgetOnce(db, consumer).catch((err: unknown) => {
      log.debug('failed jobs could not be looked at, later', { err })
      return everyMs
    })
    await wait(Math.min(everyMs, retentionMs / everyOfRetention), undefined, { signal }).catch(
      () => undefined,
    )
  }
}

async function forgetOnce(db: Database, consumer: BatchConsumer): Promise<number> {
  const { classes } = await findHorizon(db)
  const retentionMs = Math.max(...classes.map((one) => one.retentionSeconds)) * 1000
  await consumer.forgetFailed(retentionMs)
  return retentionMs
}
