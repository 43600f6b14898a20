import type { BatchJob } from '@logboom/contracts'
import { checkMigrations, createRepeaters, createStreamCache, openDatabase, writeBatches } from '@logboom/db'
import type { WrittenBatch } from '@logboom/db'
import { openBatchConsumer } from '@logboom/queue'
import type { BatchConsumer } from '@logboom/queue'
import { cachedReadiness, serveOps, withLogContext } from '@logboom/service'
import type { Lifecycle, Logger } from '@logboom/service'
import { Registry } from 'prom-client'
import type { WriterConfig } from './config.ts'
import { forgetFailedJobs } from './forget-failed-jobs.ts'
import { groupBatches } from './group-batches.ts'
import { createMetrics } from './metrics.ts'
import { processBatch } from './process-batch.ts'
import type { ProcessDeps } from './process-batch.ts'

/** Jobs of one transaction: beyond, a further one saves PostgreSQL next to nothing. */
const groupJobsMax = 16
const groupBytesMax = 4 * 1_048_576

/** Opens what writer-worker needs and takes jobs until the life ends. Needs both Redis and PostgreSQL. */
export async function startWriterWorker(config: WriterConfig, life: Lifecycle, log: Logger): Promise<void> {
  const registry = new Registry()
  const metrics = createMetrics(registry)
  const db = openDatabase({
    url: config.DATABASE_URL,
    applicationName: 'logboom-writer-worker',
    connectionsMax: config.WRITER_CONCURRENCY + 2,
    onError: (err) => log.warn('idle database connection lost', { err }),
  })
  life.onClose('database', () => db.close())
  await checkMigrations(db.pool)

  const announce = (job: BatchJob, written: WrittenBatch) => announceCommit(consumer, job, written)
  const streams = createStreamCache()
  const repeaters = createRepeaters()
  const write = groupBatches({
    lanes: config.WRITER_CONCURRENCY,
    jobsMax: groupJobsMax,
    bytesMax: groupBytesMax,
    write: (jobs) => writeBatches(db, jobs, streams, repeaters),
  })
  const deps: ProcessDeps = { db, write, metrics, log, announce }
  const consumer: BatchConsumer = openBatchConsumer({
    url: config.REDIS_URL,
    shards: config.QUEUE_SHARDS,
    concurrency: config.WRITER_CONCURRENCY * groupJobsMax,
    lockMs: config.JOB_LOCK_MS,
    stalledMs: config.JOB_LOCK_MS / 4,
    process: (job, meta) =>
      withLogContext({ requestId: job.header.request_id }, () => processBatch(job, meta, deps)),
    onUndecodable: ({ entries }) => metrics.undecodable(entries),
    onEvent: ({ kind }) => metrics.queueEvent(kind),
    log,
  })
  life.onClose('jobs', () => consumer.close())
  life.spawn('failed jobs', (signal) => forgetFailedJobs({ db, consumer, log }, signal))
  const ready = cachedReadiness({
    redis: async () => mustBe(await consumer.ready()),
    postgresql: () => db.ping(),
  })
  await serveOps(life, { registry, ready }, { port: config.OPS_PORT, host: config.OPS_HOST })
}

/** After COMMIT: followers are woken up, and the agent may learn from ingest-api what it can forget. */
function announceCommit(
  consumer: BatchConsumer,
  { header }: BatchJob,
  { committedThrough }: WrittenBatch,
): void {
  const { agent_id: agentId, instance } = header
  consumer.publishCommit([agentId])
  if (!committedThrough) return
  const { batchId, batchNumber: order } = committedThrough
  // Not awaited: PostgreSQL knows it anyway, and the next commit says more.
  void consumer.rememberCommitted({ agentId, instance, batchId, order }).catch(() => undefined)
}

function mustBe(ready: boolean): void {
  if (!ready) throw new Error('not ready')
}
