import type { BatchJob } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import { classifyDatabaseError } from './database-error.ts'
import { insertDeadLetter } from './insert-dead-letter.ts'
import { insertRowsOnce } from './insert-rows-once.ts'
import { splitRows } from './split-rows.ts'

interface Salvaged {
  stored: number
  duplicate: number
  dead_letter: number
}

/**
 * The way of a batch with rows that PostgreSQL refuses: it is halved until only those are left, which become dead
 * letters in the same transaction. One bad row among 1000 costs about 20 further round trips.
 */
export async function salvageRows(client: PoolClient, job: BatchJob): Promise<Salvaged> {
  const salvaged: Salvaged = { stored: 0, duplicate: 0, dead_letter: 0 }
  await salvage(client, job, splitRows(job), salvaged)
  return salvaged
}

async function salvage(client: PoolClient, job: BatchJob, rows: Buffer[], salvaged: Salvaged): Promise<void> {
  const error = await tryInsert(client, job, rows, salvaged)
  if (!error) return
  const [row] = rows
  if (rows.length === 1 && row !== undefined) {
    await insertDeadLetter(client, job.header, row, error)
    salvaged.dead_letter += 1
    return
  }
  const middle = Math.ceil(rows.length / 2)
  await salvage(client, job, rows.slice(0, middle), salvaged)
  await salvage(client, job, rows.slice(middle), salvaged)
}

/** The error that the rows themselves caused; others are not for this file. */
async function tryInsert(
  client: PoolClient,
  { header }: BatchJob,
  rows: Buffer[],
  salvaged: Salvaged,
): Promise<Error | null> {
  await client.query('savepoint salvage')
  try {
    const part = { header: { ...header, entries: rows.length }, rows: Buffer.concat(rows) }
    const { stored, duplicate } = await insertRowsOnce(client, part)
    salvaged.stored += stored
    salvaged.duplicate += duplicate
    await client.query('release savepoint salvage')
    return null
  } catch (error) {
    if (!(error instanceof Error) || classifyDatabaseError(error) !== 'bad_data') throw error
    await client.query('rollback to savepoint salvage')
    return error
  }
}
