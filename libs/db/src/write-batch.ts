import { noOutcome } from '@logboom/contracts'
import type { BatchJob, BatchOutcome } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import { addCounts } from './add-counts.ts'
import { advanceCommits } from './advance-commits.ts'
import type { CommittedThrough } from './advance-commits.ts'
import { claimBatch } from './claim-batch.ts'
import { copyRows, rowsOf } from './copy-rows.ts'
import { createPartitions } from './create-partitions.ts'
import { classifyDatabaseError } from './database-error.ts'
import { insertGaps } from './insert-gaps.ts'
import { insertRowsOnce } from './insert-rows-once.ts'
import type { Database } from './open-database.ts'
import { salvageRows } from './salvage-rows.ts'
import { freshMsOf } from './stream-cache.ts'
import type { StreamCache } from './stream-cache.ts'
import { touchStreams } from './touch-streams.ts'
import { transaction } from './transaction.ts'

export interface WrittenBatch {
  /** What became of each entry, as committed: by this call or by an earlier one that was not heard of. */
  outcome: BatchOutcome
  /** False when an earlier attempt had committed the batch already: its fates are counted. */
  isNew: boolean
  /** The batch up to which this instance is committed without a hole, when this one moved it on. */
  committedThrough: CommittedThrough | null
}

/** Brings the rows in and counts them; returns the fates that are not 0. */
type InsertRows = (client: PoolClient, job: BatchJob) => Promise<Partial<BatchOutcome>>

/** Faults that can be put right here; a batch has met each of them at most a few times before it is through. */
const attemptsMax = 6

/**
 * Writes one job in one transaction: the ledger, streams, rows, counts and gaps, all or nothing.
 * Rows go straight in by COPY. Only when that fails does the batch go a slower way: rows that are there already are
 * left out, missing partitions are made, and rows that PostgreSQL refuses become dead letters.
 * Throws what PostgreSQL throws when nothing of this helps; nothing is written then.
 */
export async function writeBatch(db: Database, job: BatchJob, streams: StreamCache): Promise<WrittenBatch> {
  let insertRows: InsertRows = copyAll
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await writeOnce(db, job, streams, insertRows)
    } catch (error) {
      const fault = classifyDatabaseError(error)
      if (attempt === attemptsMax) throw error
      if (fault === 'duplicate_key') insertRows = copyOnce
      else if (fault === 'bad_data') insertRows = salvageRows
      else if (fault === 'missing_partition') await createPartitionsFor(db, job)
      else if (fault === 'missing_link') streams.forget(job.header)
      else throw error
    }
  }
}

async function writeOnce(
  db: Database,
  job: BatchJob,
  streams: StreamCache,
  insertRows: InsertRows,
): Promise<WrittenBatch> {
  const { header } = job
  const startedMs = Date.now()
  let freshMs = 0
  const written = await transaction(db.pool, async (client): Promise<WrittenBatch> => {
    const claim = await claimBatch(client, header)
    if (claim.kind === 'committed_before')
      return { outcome: claim.outcome, isNew: false, committedThrough: null }
    if (claim.kind === 'claimed') freshMs = freshMsOf(claim.shortestRetentionMs)
    const fates =
      claim.kind === 'claimed'
        ? await storeAll(client, job, streams, insertRows)
        : { [claim.kind]: header.entries }
    const outcome = { ...noOutcome, ...fates }
    if (outcome.stored !== header.entries) await claim.settle(outcome)
    const committedThrough = claim.kind === 'agent_deleted' ? null : await advanceCommits(client, header)
    return { outcome, isNew: true, committedThrough }
  })
  if (freshMs > 0) streams.remember(header, startedMs + freshMs)
  return written
}

async function storeAll(
  client: PoolClient,
  job: BatchJob,
  streams: StreamCache,
  insertRows: InsertRows,
): Promise<Partial<BatchOutcome>> {
  await touchStreams(client, job.header, streams)
  await insertGaps(client, job.header)
  return job.header.entries > 0 ? insertRows(client, job) : {}
}

const copyAll: InsertRows = async (client, job) => {
  await copyRows(client, 'agent_logs', rowsOf(job))
  await addCounts(client, job.header)
  return { stored: job.header.entries }
}

const copyOnce: InsertRows = (client, job) => insertRowsOnce(client, rowsOf(job), job.header.entries)

/** Of each minute that the batch has rows in, since late lines may lie hours apart. */
async function createPartitionsFor(db: Database, { header }: BatchJob): Promise<void> {
  for (const { retention_class: retentionClass, minute } of header.counts) {
    const fromUs = minute * 60e6
    await createPartitions(db.pool, { retentionClass, fromUs, toUs: fromUs + 60e6 - 1 })
  }
}
