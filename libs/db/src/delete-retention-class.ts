import { defaultRetentionClass } from '@logboom/contracts'
import type { Pool } from 'pg'
import sql from 'sql-template-tag'
import { transaction } from './transaction.ts'

/** `in_use`: it is the default or is assigned. */
export type DeletedRetentionClass = 'deleted' | 'not_found' | 'in_use'

/**
 * Deletes a class for everybody who would assign lines to it. Those that are stored or accepted already are kept as
 * long as it says, since jobs carry its number: `removeRetentionClass` removes it when there can be none any more.
 */
export async function deleteRetentionClass(pool: Pool, name: string): Promise<DeletedRetentionClass> {
  return transaction(pool, async (client) => {
    // Waits for assignments that are being made, which hold a key share of the class; later ones find it deleted.
    const { rows } = await client.query<{ id: number }>(sql`
      select id from retention_classes where name = ${name} and deleted_at is null for update`)
    const [found] = rows
    if (!found) return 'not_found'
    const { rows: changed } = await client.query(sql`
      update retention_classes set deleted_at = now()
      where id = ${found.id}::smallint and id <> ${defaultRetentionClass.id}::smallint
        and not exists (select 1 from retention_assignments where retention_class = ${found.id}::smallint)
      returning 1`)
    return changed.length > 0 ? 'deleted' : 'in_use'
  })
}
