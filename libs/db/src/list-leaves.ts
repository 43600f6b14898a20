import type { Pool } from 'pg'
import sql from 'sql-template-tag'
import { timeText } from './list-page.ts'

/** A leaf of `agent_logs` with what retention says of it now; times are text that PostgreSQL reads. */
export interface LeafState {
  name: string
  retentionClass: number
  className: string
  from: string
  to: string
  state: 'attached' | 'detaching'
  /** By row, since the leaf was made or rewritten. */
  deletedRows: number
  /** Rows received before have expired. */
  cutoff: string
  /** Lines received in time have all expired: what is still here came late. */
  isPast: boolean
  /** Nothing is expected to be written here any more. */
  isQuiet: boolean
}

/** Every leaf, oldest first, by PostgreSQL's clock. */
export async function listLeaves(pool: Pool): Promise<LeafState[]> {
  const { rows } = await pool.query<LeafState>(sql`
    select p.name, p.retention_class as "retentionClass", c.name as "className", ${timeText(sql`p.from_time`)} as "from",
      ${timeText(sql`p.to_time`)} as "to", p.state, p.deleted_rows::float8 as "deletedRows",
      ${timeText(sql`age.cutoff`)} as cutoff, p.to_time <= age.cutoff as "isPast",
      p.to_time <= greatest(age.cutoff, now() - interval '1 hour') as "isQuiet"
    from log_partitions p
    join retention_classes c on c.id = p.retention_class
    cross join lateral (select now() - make_interval(secs => c.retention_seconds) as cutoff) as age
    order by p.from_time, p.name`)
  return rows
}
