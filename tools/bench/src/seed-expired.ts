import { classifyDatabaseError, createPartitions, foldCounts } from '@logboom/db'
import type pg from 'pg'

/** Lines of one leaf that were received long ago, and perhaps others of its time that came late. */
export interface SeedPlan {
  /** When the first line was written, microseconds since 1970; all lie within the 25 minutes from then. */
  fromUs: number
  rows: number
  /** Lines of the same times that were received an hour ago: they keep the leaf from being dropped whole. */
  lateRows?: number
}

const spanUs = 25 * 60e6
const streams = 200
const defaultClass = 1

/** The streams that seeded lines belong to, four of each agent. */
export async function seedStreams(pool: pg.Pool, agentIds: readonly string[]): Promise<void> {
  await pool.query(
    `insert into log_streams (id, agent_id, namespace, pod_name, first_seen, last_seen)
     select i, ($1::uuid[])[1 + i % cardinality($1::uuid[])], 'shop', 'web-' || i, now(), now()
     from generate_series(1, $2::integer) as i
     on conflict do nothing`,
    [agentIds, streams],
  )
}

/**
 * Stores lines in the shape that writers give them: 200-byte messages in the order of receipt, in leaves made by the
 * same function, with their counts. Straight by SQL: nobody may push what has expired.
 */
export async function seedExpired(pool: pg.Pool, plan: SeedPlan): Promise<void> {
  const { fromUs, rows, lateRows = 0 } = plan
  await storeLines(pool, fromUs, rows, `t + interval '2 s'`)
  if (lateRows > 0) await storeLines(pool, fromUs, lateRows, `now() - interval '1 hour'`)
  const limit = 100_000
  while ((await foldCounts(pool, { limit })) === limit);
}

/** As writers do: an old leaf without rows may be dropped before the first one comes. */
async function storeLines(pool: pg.Pool, fromUs: number, rows: number, createdAt: string): Promise<void> {
  for (;;) {
    await createPartitions(pool, { retentionClass: defaultClass, fromUs, toUs: fromUs + spanUs })
    try {
      return await insertLines(pool, fromUs, rows, createdAt)
    } catch (error) {
      if (classifyDatabaseError(error) !== 'missing_partition') throw error
    }
  }
}

async function insertLines(pool: pg.Pool, fromUs: number, rows: number, createdAt: string): Promise<void> {
  await pool.query(
    `with stored as (
       insert into agent_logs (timestamp, created_at, stream_id, id, suborder, retention_class, severity, flags, message)
       select t, ${createdAt}, 1 + i % $4::integer, gen_random_uuid(), 0, $5::smallint,
         (array[9, 9, 9, 9, 9, 9, 5, 5, 13, 17])[1 + i / $4::integer % 10], 0, rpad('GET /cart/items?id=' || i, 200, md5(i::text))
       from generate_series(0, $2::integer - 1) as i,
         lateral (select timestamptz 'epoch' + ($1::float8 + $3::float8 * i / $2::integer) * interval '1 microsecond' as t) as at
       returning stream_id, timestamp, created_at, retention_class, severity, message
     )
     insert into log_count_deltas (stream_id, minute, created_minute, rows, bytes, retention_class, severity)
     select stream_id, date_trunc('minute', timestamp), date_trunc('minute', created_at), count(*),
       sum(octet_length(message)), retention_class, severity
     from stored group by 1, 2, 3, 6, 7`,
    [fromUs, rows, spanUs, streams, defaultClass],
  )
}

/** From when on the lines of the default class are kept; those received before are expired from now on. */
export async function keepHours(pool: pg.Pool, hours: number): Promise<void> {
  await pool.query('update retention_classes set retention_seconds = $1::integer where id = $2::smallint', [
    hours * 3600,
    defaultClass,
  ])
}

/** Counts every row, and holds them against what the counts say of them. Throws when either is not as expected. */
export async function expectSeeded(pool: pg.Pool, expected: number): Promise<void> {
  const { rows } = await pool.query<{ rows: string; counted: string }>(`
    select (select count(*) from agent_logs) as rows,
      (select coalesce(sum(rows), 0) from log_counts) + (select coalesce(sum(rows), 0) from log_count_deltas) as counted`)
  const [found] = rows
  if (Number(found?.rows) !== expected || Number(found?.counted) !== expected)
    throw new Error(
      `${expected} rows expected, ${found?.rows} are there and ${found?.counted} counted: this run is void`,
    )
}
