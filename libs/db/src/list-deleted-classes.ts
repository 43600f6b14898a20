import type { Pool } from 'pg'
import sql from 'sql-template-tag'

export interface DeletedClass {
  id: number
  name: string
}

/** The deleted classes of which no line can be left or on its way: deleted a retention and `graceHours` ago. */
export async function listDeletedClasses(
  pool: Pool,
  { graceHours }: { graceHours: number },
): Promise<DeletedClass[]> {
  const { rows } = await pool.query<DeletedClass>(sql`
    select id, name
    from retention_classes
    where deleted_at < now() - make_interval(secs => retention_seconds, hours => ${graceHours}::integer)
    order by id`)
  return rows
}
