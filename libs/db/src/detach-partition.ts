import { setTimeout as wait } from 'node:timers/promises'
import type { Pool } from 'pg'
import sql from 'sql-template-tag'
import { classifyDatabaseError } from './database-error.ts'
import { classPartitionName } from './leaf-sql.ts'
import type { LeafState } from './list-leaves.ts'
import { transaction } from './transaction.ts'

/** `held`: others use the table; later, then. */
export type Detached = 'detached' | 'held'

/** A detach waits for every transaction that uses the class; those that are this old may go on for hours. */
const longOpenMs = 500
/** Batches are through by then: what is older is no batch, and may be one of those. */
const youngMs = 100
/**
 * Everybody who comes to the class while the detach waits, waits with it: for so long at first, and once for longer,
 * where the transactions are slow and none of them is long.
 */
const lockMsMax = 100
const lastLockMsMax = 300
const attemptsMax = 2
const looksMax = 12
const lookEveryMs = 50
/** Autovacuum gives way when it is waited for as long as `deadlock_timeout`, a second. */
const vacuumMsMax = 1_500

/**
 * Takes a leaf out of `agent_logs`, wholly or not at all: 3 ms, and as long as the transactions that use the class take
 * to end. Looks at those first and queues behind young ones only, since nobody gets past who queues: a reader that has
 * just begun costs ingest 100 ms, once, and one that has been there for longer nothing. DETACH CONCURRENTLY would keep
 * nobody waiting, but once it has begun, nothing can cancel it: rows of this range have no place until the last
 * transaction of that time has ended, and a reader that had just begun then can stay open for hours.
 */
export async function detachPartition(pool: Pool, leaf: LeafState): Promise<Detached> {
  let attempts = 0
  for (let look = 1; look <= looksMax; look += 1) {
    const ageMs = await oldestUseMs(pool, leaf)
    if (ageMs >= longOpenMs) return 'held'
    const isLast = look === looksMax
    if (isLast || (ageMs < youngMs && attempts < attemptsMax)) {
      attempts += 1
      if (await tryDetach(pool, leaf, isLast ? lastLockMsMax : lockMsMax)) return 'detached'
    }
    await wait(lookEveryMs)
  }
  return 'held'
}

async function tryDetach(pool: Pool, leaf: LeafState, lockMs: number): Promise<boolean> {
  try {
    await transaction(pool, async (client) => {
      await client.query(`set local lock_timeout = '${vacuumMsMax}ms'`)
      await client.query(`lock table ${leaf.name} in share update exclusive mode`)
      await client.query(sql`update log_partitions set state = 'detaching' where name = ${leaf.name}`)
      await client.query(`set local lock_timeout = '${lockMs}ms'`)
      await client.query(
        `alter table ${classPartitionName(leaf.retentionClass)} detach partition ${leaf.name}`,
      )
    })
    return true
  } catch (error) {
    if (classifyDatabaseError(error) === 'retry') return false
    throw error
  }
}

/**
 * Finishes a detach that somebody else has begun CONCURRENTLY and that is half done.
 * `attached` when it has not begun: the leaf is like any other again.
 */
export async function finishDetach(pool: Pool, leaf: LeafState): Promise<Detached | 'attached'> {
  const parent = classPartitionName(leaf.retentionClass)
  const { rows } = await pool.query<{ is_pending: boolean }>(sql`
    select inhdetachpending as is_pending from pg_inherits
    where inhrelid = to_regclass(${leaf.name}) and inhparent = to_regclass(${parent})`)
  const [link] = rows
  if (!link) return 'detached'
  if (!link.is_pending) {
    await pool.query(sql`update log_partitions set state = 'attached' where name = ${leaf.name}`)
    return 'attached'
  }
  // It waits for every snapshot that is older than the detach.
  if ((await oldestUseMs(pool, leaf)) >= longOpenMs) return 'held'
  await transaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '1s'; set local statement_timeout = '5s'`)
    await client.query(`alter table ${parent} detach partition ${leaf.name} finalize`)
  })
  return 'detached'
}

/** For how long the oldest transaction has been open that uses the leaf or what it is part of; 0 when there is none. */
async function oldestUseMs(pool: Pool, leaf: LeafState): Promise<number> {
  const { rows } = await pool.query<{ ms: number }>(sql`
    select coalesce(max(extract(epoch from clock_timestamp() - a.xact_start)) * 1000, 0)::float8 as ms
    from pg_locks l
    join pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'relation' and l.granted and l.pid <> pg_backend_pid()
      and a.backend_type <> 'autovacuum worker'
      and l.database = (select oid from pg_database where datname = current_database())
      and l.relation in (
        'agent_logs'::regclass, to_regclass(${classPartitionName(leaf.retentionClass)}), to_regclass(${leaf.name})
      )`)
  return rows[0]?.ms ?? Infinity
}
