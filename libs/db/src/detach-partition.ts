import type { Pool } from 'pg'
import sql from 'sql-template-tag'
import { classPartitionName } from './leaf-sql.ts'
import type { LeafState } from './list-leaves.ts'
import { transaction } from './transaction.ts'

/** `held`: a transaction that is open for a while uses the table; later, then. */
export type Detached = 'detached' | 'held'

/** PostgreSQL has at most one half-done detach for each class. */
const otherIsPending = '55000'

/** A detach waits for every transaction that uses the table; those that are this old may go on for hours. */
const longOpenSeconds = 2

/**
 * Takes a leaf out of `agent_logs` while everybody goes on reading and writing. DETACH CONCURRENTLY locks nobody out
 * but waits, half done, for open transactions, and rows of this range have no place meanwhile: so it is not begun
 * while one is open for long. Whatever stops it, `finishDetach` goes on from there.
 */
export async function detachPartition(pool: Pool, leaf: LeafState): Promise<Detached> {
  if (await isHeld(pool, leaf)) return 'held'
  await pool.query(sql`update log_partitions set state = 'detaching' where name = ${leaf.name}`)
  try {
    await pool.query(
      `alter table ${classPartitionName(leaf.retentionClass)} detach partition ${leaf.name} concurrently`,
    )
    return 'detached'
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === otherIsPending) return 'held'
    throw error
  }
}

/**
 * Goes on with a detach that was interrupted at any point.
 * `attached` when it had not begun: the leaf is like any other again.
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
        and l.database = (select oid from pg_database where datname = current_database())
        and l.relation in (
          'agent_logs'::regclass, to_regclass(${classPartitionName(leaf.retentionClass)}), to_regclass(${leaf.name})
        )
        and a.xact_start < clock_timestamp() - make_interval(secs => ${longOpenSeconds}::integer)
    ) as held`)
  return rows[0]?.held ?? true
}
