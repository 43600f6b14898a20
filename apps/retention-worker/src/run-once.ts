import { listLeaves, measureRetention, saveRetentionStatus } from '@logboom/db'
import { deleteOldRecords } from './delete-old-records.ts'
import { expireLeaf } from './expire-leaf.ts'
import type { LeafFate } from './expire-leaf.ts'
import { foldAll } from './fold-all.ts'
import { removeDeletedAgents } from './remove-deleted-agents.ts'
import { removeDeletedClasses } from './remove-deleted-classes.ts'
import type { Work } from './work.ts'

export interface RetentionRun {
  /** Rows that are gone, those of deleted agents among them. */
  rows: number
  partitions: Record<LeafFate, number>
}

/**
 * One run: everything that has expired by PostgreSQL's clock goes, for good. It may be killed anywhere: each step is
 * one transaction with its receipt, and the next run finds what is left.
 */
export async function runOnce(work: Work): Promise<RetentionRun> {
  const startedMs = performance.now()
  const run: RetentionRun = {
    rows: 0,
    partitions: { untouched: 0, dropped: 0, rewritten: 0, rows_deleted: 0, postponed: 0 },
  }
  for (const leaf of await listLeaves(work.db.pool)) {
    if (!(await work.mayGoOn())) return run
    const { fate, rows } = await expireLeaf(work, leaf)
    run.partitions[fate] += 1
    run.rows += rows
  }
  run.rows += await removeDeletedAgents(work)
  await foldAll(work)
  await deleteOldRecords(work)
  await removeDeletedClasses(work)
  await noteRun(work, run, performance.now() - startedMs)
  return run
}

async function noteRun(work: Work, { rows, partitions }: RetentionRun, tookMs: number): Promise<void> {
  const { terms, metrics, log, db } = work
  const measure = await measureRetention(db.pool)
  metrics.measured(measure)
  metrics.ran(tookMs, partitions.postponed)
  await saveRetentionStatus(db.pool, {
    nextRunInSeconds: terms.cleanupIntervalSeconds,
    policy: {
      cleanup_interval_seconds: Math.round(terms.cleanupIntervalSeconds),
      max_delete_batch: terms.maxDeleteBatch,
      max_logs_per_agent: terms.maxLogsPerAgent,
      max_logs_per_deployment: terms.maxLogsPerDeployment,
      oldest_row_age_seconds: measure.oldestRowAgeSeconds,
    },
  })
  const level = rows > 0 || partitions.dropped > 0 ? 'info' : 'debug'
  log.log(level, 'retention run ended', { rows, ...partitions, tookMs: Math.round(tookMs) })
}
