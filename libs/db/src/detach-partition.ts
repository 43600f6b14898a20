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
/** Everybody who comes to the class while the detach waits, waits with it. */
const lockMsMax = 300
/** Autovacuum gives way when it is waited for as long as `deadlock_timeout`, a second. */
const vacuumMsMax = 1_500

/**
 * Takes a leaf out of `agent_logs`, wholly or not at all: 3 ms, and as long as the transactions that use the class take
 * to end; given up after 300 ms for the class and as much for the leaf. DETACH CONCURRENTLY would keep nobody waiting,
 * but once it has begun, nothing can cancel it: rows of this range have no place until the last transaction of that
 * time has ended, and a reader that had just begun then can stay open for hours.
 */
export async function detachPartition(pool: Pool, leaf: LeafState): Promise<Detached> {
  if (await isHeld(pool, leaf)) return 'held'
  try {
    await transaction(pool, async (client) => {
      await client.query(`set local lock_timeout = '${vacuumMsMax}ms'`)
      await client.query(`lock table ${leaf.name} in share update exclusive mode`)
      await client.query(sql`update log_partitions set state = 'detaching' where name = ${leaf.name}`)
      await client.query(`set local lock_timeout = '${lockMsMax}ms'`)
      await client.query(
        `alter table ${classPartitionName(leaf.retentionClass)} detach partition ${leaf.name}`,
      )
    })
    return 'detached'
  } catch (error) {
    if (classifyDatabaseError(error) === 'retry') return 'held'
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
  if (await isHeld(pool, leaf)) return 'held'
  await transaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '1s'; set local statement_timeout = '5s'`)
    await client.query(`alter table ${parent} detach partition ${leaf.name} finalize`)
  })
  return 'detached'
}

async function isHeld(pool: Pool, leaf: LeafState): Promise<boolean> {
  const { rows } = await pool.query<{ held: boolean }>(sql`
    select exists (
      select 1
      from pg_locks l
      join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'relation' and l.granted and l.pid <> pg_backend_pid()
        and a.backend_type <> 'autovacuum worker'
        and l.database = (select oid from pg_database where datname = current_database())
        and l.relation in (
          'agent_logs'::regclass, to_regclass(${classPartitionName(leaf.retentionClass)}), to_regclass(${leaf.name})
        )
        and a.xact_start < clock_timestamp() - make_interval(secs => ${longOpenMs / 1000}::float8)
    ) as held`)
  return rows[0]?.held ?? true
}
