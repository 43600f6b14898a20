import type { BatchJob } from '@logboom/contracts'
import { createPartitions } from './create-partitions.ts'
import { classifyDatabaseError } from './database-error.ts'
import type { DatabaseFault } from './database-error.ts'
import type { Database } from './open-database.ts'
import { compareAll, copyOrCompare, createRepeaters } from './repeaters.ts'
import type { Repeaters } from './repeaters.ts'
import { salvageRows } from './salvage-rows.ts'
import type { StreamCache } from './stream-cache.ts'
import { writeTogether } from './write-together.ts'
import type { InsertRows, WrittenBatch } from './write-together.ts'

/** What became of one job of several: each has a fate of its own. */
export type WriteResult = PromiseSettledResult<WrittenBatch>

/** Faults of one job, which must not be the others': each is then written alone. */
const ofOneJob: ReadonlySet<DatabaseFault> = new Set([
  'duplicate_key',
  'bad_data',
  'missing_partition',
  'missing_link',
  'unknown',
])

/** A group has three tries: a partition may be missing, and rows may be there already. */
const groupAttemptsMax = 3

/**
 * Writes jobs in one transaction where that goes well, else each in one of its own. The results stand in the order of
 * the jobs; a job whose result is an error has left nothing behind.
 */
export async function writeBatches(
  db: Database,
  jobs: readonly BatchJob[],
  streams: StreamCache,
  repeaters: Repeaters = createRepeaters(),
): Promise<WriteResult[]> {
  let insertRows = copyOrCompare(repeaters)
  for (let attempt = 1; jobs.length > 1 && attempt <= groupAttemptsMax; attempt += 1) {
    try {
      const written = await writeTogether(db, jobs, streams, insertRows)
      return written.map((value) => ({ status: 'fulfilled', value }))
    } catch (reason) {
      const fault = classifyDatabaseError(reason)
      if (fault === 'duplicate_key' && !hasTwins(jobs)) insertRows = compareAll(repeaters)
      else if (!ofOneJob.has(fault)) return jobs.map(() => ({ status: 'rejected', reason }))
      else if (fault !== 'missing_partition' || !(await canPlace(db, jobs))) break
    }
  }
  return writeEach(db, jobs, streams, repeaters)
}

/** A job that was delivered twice: the second must find the ledger's word of the first, not its rows. */
function hasTwins(jobs: readonly BatchJob[]): boolean {
  return new Set(jobs.map(({ header }) => header.job_id)).size < jobs.length
}

/** False when a partition cannot be made now: its job must not keep the others waiting. */
async function canPlace(db: Database, jobs: readonly BatchJob[]): Promise<boolean> {
  try {
    for (const job of jobs) await createPartitionsFor(db, job)
    return true
  } catch {
    return false // the job that needs it says why, when it is written alone
  }
}

/** One after the other; once PostgreSQL is away, it is away for the rest too. */
async function writeEach(
  db: Database,
  jobs: readonly BatchJob[],
  streams: StreamCache,
  repeaters: Repeaters,
): Promise<WriteResult[]> {
  const results: WriteResult[] = []
  let away: WriteResult | null = null
  for (const job of jobs) {
    const result: WriteResult = away ?? (await settled(writeBatch(db, job, streams, repeaters)))
    if (result.status === 'rejected' && classifyDatabaseError(result.reason) === 'unavailable') away = result
    results.push(result)
  }
  return results
}

async function settled(writing: Promise<WrittenBatch>): Promise<WriteResult> {
  const [result] = await Promise.allSettled([writing])
  return result
}

/** Faults that can be put right here; a batch has met each of them at most a few times before it is through. */
const attemptsMax = 6

/**
 * Writes one job in one transaction. Rows go straight in by COPY. Only when that fails does the batch go a slower way:
 * rows that are there already are left out, missing partitions are made, and rows that PostgreSQL refuses become dead
 * letters. Throws what PostgreSQL throws when nothing of this helps; nothing is written then.
 */
export async function writeBatch(
  db: Database,
  job: BatchJob,
  streams: StreamCache,
  repeaters: Repeaters = createRepeaters(),
): Promise<WrittenBatch> {
  let insertRows = copyOrCompare(repeaters)
  for (let attempt = 1; ; attempt += 1) {
    try {
      const [written] = await writeTogether(db, [job], streams, insertRows)
      if (!written) throw new Error('a job without a result')
      return written
    } catch (error) {
      const fault = classifyDatabaseError(error)
      if (attempt === attemptsMax) throw error
      if (fault === 'duplicate_key') insertRows = compareAll(repeaters)
      else if (fault === 'bad_data') insertRows = salvageAll
      else if (fault === 'missing_partition') await createPartitionsFor(db, job)
      else if (fault === 'missing_link') streams.forget(job.header)
      else throw error
    }
  }
}

const salvageAll: InsertRows = async (client, jobs) => {
  const fates = []
  for (const job of jobs) fates.push(await salvageRows(client, job))
  return fates
}

/** Of each minute that the batch has rows in, since late lines may lie hours apart. */
async function createPartitionsFor(db: Database, { header }: BatchJob): Promise<void> {
  const minutes = new Map(header.counts.map((one) => [`${one.retention_class} ${one.minute}`, one]))
  for (const { retention_class: retentionClass, minute } of minutes.values()) {
    const fromUs = minute * 60e6
    await createPartitions(db.pool, { retentionClass, fromUs, toUs: fromUs + 60e6 - 1 })
  }
}
