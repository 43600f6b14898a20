import type { RetentionClass } from '@logboom/contracts'
import type { Pool } from 'pg'
import sql from 'sql-template-tag'
import { createClassPartition } from './create-class-partition.ts'
import { lockKeys } from './lock-keys.ts'
import { transaction } from './transaction.ts'

export interface RetentionClassTerms {
  name: string
  retentionSeconds: number
  /** Default: a 24th of the retention, within 10 s and a day. */
  partitionSeconds?: number | undefined
}

/** More leaves than this make every plan slow. */
const leavesMax = 400

/**
 * Makes a class together with its partition, or changes the terms of the one of this name: shorter ones hide and then
 * delete lines that are there already, longer ones keep them. Leaves of another interval stay as they are.
 * One that was deleted is a class again, with the lines that it still has: `created`, as for its callers there was none.
 */
export async function putRetentionClass(
  pool: Pool,
  terms: RetentionClassTerms,
): Promise<{ retentionClass: RetentionClass; created: boolean }> {
  const { name, retentionSeconds } = terms
  const partitionSeconds = partitionSecondsOf(terms)
  return transaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '5s'`)
    await client.query(sql`select pg_advisory_xact_lock(${lockKeys.classes}::integer, 0)`)
    const { rows: changed } = await client.query<RetentionClass & { was_deleted: boolean }>(sql`
      with before as (select id, deleted_at from retention_classes where name = ${name} for update)
      update retention_classes c
      set retention_seconds = ${retentionSeconds}::integer, partition_seconds = ${partitionSeconds}::integer,
        deleted_at = null
      from before
      where c.id = before.id
      returning c.id, c.name, c.retention_seconds, c.partition_seconds, before.deleted_at is not null as was_deleted`)
    if (changed[0]) {
      const { was_deleted: created, ...retentionClass } = changed[0]
      return { retentionClass, created }
    }
    const { rows: made } = await client.query<RetentionClass>(sql`
      insert into retention_classes (name, retention_seconds, partition_seconds)
      values (${name}, ${retentionSeconds}::integer, ${partitionSeconds}::integer)
      returning id, name, retention_seconds, partition_seconds`)
    if (!made[0]) throw new Error('an insert that returned nothing')
    await createClassPartition(client, made[0].id)
    return { retentionClass: made[0], created: true }
  })
}

function partitionSecondsOf({ retentionSeconds, partitionSeconds }: RetentionClassTerms): number {
  const wanted = partitionSeconds ?? Math.round(retentionSeconds / 24)
  return Math.min(Math.max(wanted, 10, Math.ceil(retentionSeconds / leavesMax)), 86_400)
}
