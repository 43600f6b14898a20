import type { BatchJob } from '@logboom/contracts'
import { classifyDatabaseError, deadLetterBatch, PartitionBusyError } from '@logboom/db'
import type { Database, WrittenBatch } from '@logboom/db'
import type { JobMeta, Verdict } from '@logboom/queue'
import { addLogContext } from '@logboom/service'
import type { Logger } from '@logboom/service'
import type { WriterMetrics } from './metrics.ts'

export interface ProcessDeps {
  db: Database
  /** Resolves after COMMIT; rejects when nothing of the batch is written. */
  write: (job: BatchJob) => Promise<WrittenBatch>
  metrics: WriterMetrics
  log: Logger
  /** After COMMIT: wakes followers and tells ingest-api how far the agent's batches are committed. */
  announce: (job: BatchJob, written: WrittenBatch) => void
}

/** What PostgreSQL needs to come back; the job keeps all its attempts meanwhile. */
const awayMs = 1_000
/** A lost race: again at once, a little apart from the other. */
const raceMs = 50
/** Retention is taking the partition of late lines away, which an open reader may hold up. */
const partitionBusyMs = 1_000

/**
 * Writes one batch: done after COMMIT and never before, again later when PostgreSQL is the trouble, and a dead letter
 * when the batch itself is and every attempt has failed. An error that is thrown uses up an attempt.
 */
export async function processBatch(job: BatchJob, meta: JobMeta, deps: ProcessDeps): Promise<Verdict> {
  addLogContext({ jobId: job.header.job_id, batchId: job.header.batch_id, agentId: job.header.agent_id })
  const startedMs = performance.now()
  try {
    const written = await deps.write(job)
    deps.metrics.written(job, written, performance.now() - startedMs)
    // An earlier delivery that had heard of its COMMIT has counted it.
    if (written.isNew || meta.mayBeCommitted) deps.metrics.countFates(written.outcome)
    deps.log.debug('batch written', { ...written.outcome, isNew: written.isNew })
    deps.announce(job, written)
    return { done: written.outcome }
  } catch (error) {
    return afterFailure(error, job, meta, deps)
  }
}

async function afterFailure(
  error: unknown,
  job: BatchJob,
  meta: JobMeta,
  deps: ProcessDeps,
): Promise<Verdict> {
  const fault = classifyDatabaseError(error)
  deps.metrics.failed(fault)
  if (fault === 'unavailable')
    return { retryInMs: awayMs, reason: 'database_away', pause: true, mayBeCommitted: true }
  if (error instanceof PartitionBusyError) return { retryInMs: partitionBusyMs, reason: 'partition_busy' }
  if (fault === 'retry') return { retryInMs: raceMs * (1 + Math.random()), reason: 'lost_race' }
  if (meta.attempt < meta.attemptsMax || !(error instanceof Error)) throw error
  const outcome = await deadLetterBatch(deps.db, job, error)
  deps.metrics.countFates(outcome)
  deps.log.error('batch could not be written, its entries are dead letters now', { err: error, ...outcome })
  return { done: outcome }
}
