import { setTimeout as wait } from 'node:timers/promises'
import { formatMicros } from '@logboom/contracts'
import type { Pool, PoolClient } from 'pg'
import { classifyDatabaseError } from './database-error.ts'
import { createLeafSql } from './leaf-sql.ts'
import { lockKeys } from './lock-keys.ts'
import { transaction } from './transaction.ts'

export interface PartitionRange {
  name: string
  fromUs: number
  toUs: number
  /** False when it was there already. */
  created: boolean
}

/** The range is being detached right now: the same call works as soon as that is over. Classified as `retry`. */
export class PartitionBusyError extends Error {
  readonly code = '55006'
}

/** Locks that others hold for an instant: whoever asked is a writer with a slot, so not for long. */
const patienceMs = 3_000

/**
 * Makes the leaf of `agent_logs` that holds `timeUs` (microseconds since 1970) of a class, unless it is there: one
 * interval of the class, aligned to 1970 and cut where older leaves with other intervals begin. Any number of callers
 * at once make exactly one. Holds up neither readers nor writers.
 * @throws {PartitionBusyError} at once, while the same range is being detached
 * @throws what is classified as `retry` after 3 s of lost races
 */
export async function createPartition(
  pool: Pool,
  { retentionClass, timeUs }: { retentionClass: number; timeUs: number },
): Promise<PartitionRange> {
  const giveUpAt = Date.now() + patienceMs
  for (;;) {
    const found = await findPartition(pool, retentionClass, timeUs)
    if (found) return found
    try {
      return await transaction(pool, (client) => createPartitionUnderLock(client, retentionClass, timeUs))
    } catch (error) {
      if (isOverlap(error))
        throw new PartitionBusyError('the partition of this time is being detached', { cause: error })
      if (classifyDatabaseError(error) !== 'retry' || Date.now() >= giveUpAt) throw error
    }
    await wait(50)
  }
}

/** The same within a transaction of the caller's, where other callers wait for its end. */
export async function createPartitionUnderLock(
  client: PoolClient,
  retentionClass: number,
  timeUs: number,
): Promise<PartitionRange> {
  await client.query(`set local lock_timeout = '1s'`)
  await client.query('select pg_advisory_xact_lock($1::integer, $2::integer)', [
    lockKeys.partitions,
    retentionClass,
  ])
  const found = await findPartition(client, retentionClass, timeUs)
  if (found) return found
  const range = await rangeOf(client, retentionClass, timeUs)
  const name = await freeName(client, retentionClass, range.fromUs)
  await client.query(
    createLeafSql({ name, retentionClass, from: formatMicros(range.fromUs), to: formatMicros(range.toUs) }),
  )
  await client.query(
    `insert into log_partitions (name, retention_class, from_time, to_time)
     values ($1::text, $2::smallint, $3::timestamptz, $4::timestamptz)`,
    [name, retentionClass, formatMicros(range.fromUs), formatMicros(range.toUs)],
  )
  return { name, ...range, created: true }
}

async function findPartition(
  db: Pool | PoolClient,
  retentionClass: number,
  timeUs: number,
): Promise<PartitionRange | null> {
  const { rows } = await db.query<{ name: string; from_us: string; to_us: string }>(
    `select name, (extract(epoch from from_time) * 1000000)::bigint as from_us,
       (extract(epoch from to_time) * 1000000)::bigint as to_us
     from log_partitions
     where retention_class = $1::smallint and state = 'attached' and from_time <= $2::timestamptz and to_time > $2::timestamptz`,
    [retentionClass, formatMicros(timeUs)],
  )
  const [row] = rows
  return row ? { name: row.name, fromUs: Number(row.from_us), toUs: Number(row.to_us), created: false } : null
}

/** The interval around the time, less what the neighbours hold already. */
async function rangeOf(
  client: PoolClient,
  retentionClass: number,
  timeUs: number,
): Promise<{ fromUs: number; toUs: number }> {
  const { rows } = await client.query<{
    interval_us: string
    before_us: string | null
    after_us: string | null
  }>(
    `select c.partition_seconds::bigint * 1000000 as interval_us,
       (extract(epoch from max(p.to_time) filter (where p.to_time <= $2::timestamptz)) * 1000000)::bigint as before_us,
       (extract(epoch from min(p.from_time) filter (where p.from_time > $2::timestamptz)) * 1000000)::bigint as after_us
     from retention_classes c
     left join log_partitions p on p.retention_class = c.id and p.state = 'attached'
     where c.id = $1::smallint
     group by c.id`,
    [retentionClass, formatMicros(timeUs)],
  )
  const [row] = rows
  if (!row) throw new Error(`there is no retention class ${retentionClass}`)
  const intervalUs = Number(row.interval_us)
  const fromUs = Math.floor(timeUs / intervalUs) * intervalUs
  return {
    fromUs: Math.max(fromUs, Number(row.before_us ?? fromUs)),
    toUs: Math.min(fromUs + intervalUs, Number(row.after_us ?? Infinity)),
  }
}

/** A detached leaf of the same range keeps its name until it is dropped. */
async function freeName(client: PoolClient, retentionClass: number, fromUs: number): Promise<string> {
  const base = `agent_logs_c${retentionClass}_${formatMicros(fromUs).slice(0, 19).replaceAll(/[-:]/g, '').toLowerCase()}`
  for (let copy = 1; ; copy += 1) {
    const name = copy === 1 ? base : `${base}_${copy}`
    const { rows } = await client.query<{ taken: boolean }>(
      'select to_regclass($1::text) is not null as taken',
      [name],
    )
    if (!rows[0]?.taken) return name
  }
}

/** What `attach` says when the old leaf of the range is not wholly detached yet. */
function isOverlap(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42P17'
}
