import type { RetentionClass } from '@logboom/contracts'
import sql from 'sql-template-tag'
import type { Database } from './open-database.ts'

/** Every retention class, oldest first: `default` is number one. */
export async function listRetentionClasses(db: Database): Promise<RetentionClass[]> {
  const { rows } = await db.pool.query<RetentionClass>(sql`
    select c.id, c.name, c.retention_seconds, c.partition_seconds
    from retention_classes c
    order by c.id`)
  return rows
}
