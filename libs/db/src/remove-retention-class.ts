import type { Pool, PoolClient } from 'pg'
import sql, { raw } from 'sql-template-tag'
import { classPartitionName } from './leaf-sql.ts'
import { lockKeys } from './lock-keys.ts'
import { transaction } from './transaction.ts'

/**
 * The end of a deleted class, with its partition; false when it was put again or has something left. Looks only when
 * nobody can be writing to it: a batch that commits while a `drop table` waits would go with the table. That locks all
 * of `agent_logs` for an instant, and gives up after 500 ms behind a long reader.
 * @throws what is classified as `retry` then
 */
export async function removeRetentionClass(pool: Pool, id: number): Promise<boolean> {
  // while anything is left, nobody is locked out to find that out
  if (await isUsed(pool, id)) return false
  return transaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '500ms'`)
    await client.query(sql`select pg_advisory_xact_lock(${lockKeys.classes}::integer, 0)`)
    await client.query(sql`select pg_advisory_xact_lock(${lockKeys.partitions}::integer, ${id}::integer)`)
    const { rowCount } = await client.query(sql`
      select 1 from retention_classes where id = ${id}::smallint and deleted_at is not null for update`)
    if (rowCount === 0) return false
    // from the top down, as readers and writers do: the other way round each would wait for the other
    await client.query('lock table only agent_logs in access exclusive mode')
    await client.query(`lock table ${classPartitionName(id)} in access exclusive mode`)
    if (await isUsed(client, id)) return false
    await client.query(sql`drop table ${raw(classPartitionName(id))}`)
    await client.query(sql`delete from log_partitions where retention_class = ${id}::smallint`)
    await client.query(sql`delete from retention_classes where id = ${id}::smallint`)
    return true
  })
}

/** A leaf that is being detached holds lines too, outside of the class's partition. */
async function isUsed(db: Pool | PoolClient, id: number): Promise<boolean> {
  const { rows } = await db.query<{ used: boolean }>(sql`
    select exists (select 1 from retention_assignments where retention_class = ${id}::smallint)
      or exists (select 1 from log_gaps where retention_class = ${id}::smallint)
      or exists (select 1 from dead_letters where retention_class = ${id}::smallint)
      or exists (select 1 from log_partitions where retention_class = ${id}::smallint and state <> 'attached')
      or exists (select 1 from ${raw(classPartitionName(id))}) as used`)
  return rows[0]?.used ?? true
}
