import { defaultRetentionClass } from '@logboom/contracts'
import type { Pool, PoolClient } from 'pg'
import sql, { raw } from 'sql-template-tag'
import { classPartitionName } from './leaf-sql.ts'
import { lockKeys } from './lock-keys.ts'
import { transaction } from './transaction.ts'

/** `in_use`: it is the default, is assigned, or has lines, gaps or dead letters. */
export type DeletedRetentionClass = 'deleted' | 'not_found' | 'in_use'

/**
 * Deletes a class and its partition. Dropping a partition locks all of `agent_logs` for an instant, so it gives up
 * after 500 ms behind a long reader.
 * @throws what is classified as `retry` then
 */
export async function deleteRetentionClass(pool: Pool, name: string): Promise<DeletedRetentionClass> {
  return transaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '500ms'`)
    await client.query(sql`select pg_advisory_xact_lock(${lockKeys.classes}::integer, 0)`)
    const { rows } = await client.query<{ id: number }>(sql`
      select id from retention_classes where name = ${name} for update`)
    const [found] = rows
    if (!found) return 'not_found'
    await client.query(
      sql`select pg_advisory_xact_lock(${lockKeys.partitions}::integer, ${found.id}::integer)`,
    )
    if (found.id === defaultRetentionClass.id || (await isUsed(client, found.id))) return 'in_use'
    await client.query(sql`drop table ${raw(classPartitionName(found.id))}`)
    await client.query(sql`delete from log_partitions where retention_class = ${found.id}::smallint`)
    await client.query(sql`delete from retention_classes where id = ${found.id}::smallint`)
    return 'deleted'
  })
}

/** A leaf that is being detached holds lines too, outside of the class's partition. */
async function isUsed(client: PoolClient, id: number): Promise<boolean> {
  const { rows } = await client.query<{ used: boolean }>(sql`
    select exists (select 1 from retention_assignments where retention_class = ${id}::smallint)
      or exists (select 1 from log_gaps where retention_class = ${id}::smallint)
      or exists (select 1 from dead_letters where retention_class = ${id}::smallint)
      or exists (select 1 from log_partitions where retention_class = ${id}::smallint and state <> 'attached')
      or exists (select 1 from ${raw(classPartitionName(id))}) as used`)
  return rows[0]?.used ?? true
}
