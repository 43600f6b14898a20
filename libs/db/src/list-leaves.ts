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

/** A class as it would be with another retention. */
export interface SupposedClass {
  name: string
  retentionSeconds: number
}

/** Every leaf, oldest first, by PostgreSQL's clock. */
export async function listLeaves(pool: Pool, supposed?: SupposedClass): Promise<LeafState[]> {
  const seconds = supposed
    ? sql`case when c.name = ${supposed.name} then ${supposed.retentionSeconds}::float8 else c.retention_seconds end`
    : sql`c.retention_seconds`
  const { rows } = await pool.query<LeafState>(sql`
    select p.name, p.retention_class as "retentionClass", c.name as "className", ${timeText(sql`p.from_time`)} as "from",
      ${timeText(sql`p.to_time`)} as "to", p.state, p.deleted_rows::float8 as "deletedRows",
      ${timeText(sql`age.cutoff`)} as cutoff, p.to_time <= age.cutoff as "isPast",
      p.to_time <= greatest(age.cutoff, now() - interval '1 hour') as "isQuiet"
    from log_partitions p
    join retention_classes c on c.id = p.retention_class
    cross join lateral (select now() - make_interval(secs => ${seconds}) as cutoff) as age
    order by p.from_time, p.name`)
  return rows
}
