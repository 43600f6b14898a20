import { checkMigrations, ensurePartitions, measureRetention, openDatabase } from '@logboom/db'
import { cachedReadiness, serveOps } from '@logboom/service'
import type { Lifecycle, Logger } from '@logboom/service'
import { Registry } from 'prom-client'
import { applyRetention } from './apply-retention.ts'
import type { RetentionConfig } from './config.ts'
import { enforceBounds } from './enforce-bounds.ts'
import { expireHeld } from './expire-held.ts'
import { foldAll } from './fold-all.ts'
import { createLease } from './lease.ts'
import { createMetrics } from './metrics.ts'
import { openSigner } from './open-signer.ts'
import { repeat } from './repeat.ts'
import { runOnce } from './run-once.ts'
import { termsOf } from './work.ts'
import type { Work } from './work.ts'

/** Opens what retention-worker needs and starts its tasks. Any number of replicas may run; one of them deletes. */
export async function startRetentionWorker(
  config: RetentionConfig,
  life: Lifecycle,
  log: Logger,
): Promise<void> {
  const registry = new Registry()
  const metrics = createMetrics(registry)
  const db = openDatabase({
    url: config.DATABASE_URL,
    applicationName: 'logboom-retention-worker',
    onError: (err) => log.warn('connection to postgresql lost', { err }),
  })
  life.onClose('database', () => db.close())
  await serveOps(
    life,
    { registry, ready: cachedReadiness({ postgresql: () => db.ping() }) },
    { port: config.OPS_PORT, host: config.OPS_HOST },
  )
  await checkMigrations(db.pool)
  await applyRetention(db, log, config)
  await ensurePartitions(db.pool, { ahead: config.PARTITIONS_AHEAD })

  const lease = createLease(db)
  life.onClose('lease', () => lease.release())
  const work: Work = {
    db,
    signer: await openSigner(db, config.SIGNING_KEY_SECRET),
    terms: termsOf(config),
    metrics,
    log,
    mayGoOn: async () => !life.stopping && (await lease.hold()),
    heldSince: new Map(),
  }
  spawnTasks(life, work, config)
}

/** Each goes its own way, so that a long run keeps neither partitions nor counts waiting. */
function spawnTasks(life: Lifecycle, work: Work, config: RetentionConfig): void {
  const spawn = (name: string, everyMs: number, task: () => Promise<boolean>, isForOne = true) => {
    const onError = (err: unknown) => {
      work.metrics.failed(name)
      work.log.error('retention task failed, trying again', { task: name, err })
    }
    const attempt = async () => (!isForOne || (await work.mayGoOn())) && (await task())
    life.spawn(name, (signal) => repeat({ everyMs, retryMs: 5_000, task: attempt, onError }, signal))
  }
  // An interval is at least 10 s, and some are made ahead.
  spawn(
    'partitions',
    10_000,
    () => ensurePartitions(work.db.pool, { ahead: config.PARTITIONS_AHEAD }).then(yes),
    false,
  )
  spawn('counts', 5_000, () => foldAll(work).then(yes))
  spawn('bounds', 60_000, async () => {
    await enforceBounds(work)
    work.metrics.measured(await measureRetention(work.db.pool))
    return true
  })
  spawn('held', 1_000, () => expireHeld(work).then(yes))
  spawn('cleanup', work.terms.cleanupIntervalSeconds * 1000, async () => {
    const { partitions } = await runOnce(work)
    return partitions.postponed === 0 && (await work.mayGoOn())
  })
}

function yes(): true {
  return true
}
