import type { Sql } from 'sql-template-tag'
import sql, { raw } from 'sql-template-tag'
import { policyColumns } from './list-retention-policy.ts'
import type { RetentionPolicyTable } from './list-retention-policy.ts'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'
import type { RetentionSpan } from './visible-rows.ts'

/** What there is to be seen at this moment. */
export interface Horizon {
  /** PostgreSQL's clock, microseconds since 1970: what relative times count from. */
  nowUs: number
  /** Deleted ones too, as long as lines may have them. */
  classes: (RetentionSpan & { name: string })[]
  /** The times that partitions cover, `[fromUs, toUs)`; null when there are none. */
  span: { fromUs: number; toUs: number } | null
  /** Of the classes that can be assigned. */
  policy: RetentionPolicyTable
}

export interface HorizonRow {
  now_us: string
  classes: Horizon['classes']
  from_us: string | null
  to_us: string | null
  policy: RetentionPolicyTable
}

/** Read before each search: the clock, the retention in force, and how far a search need look. */
export async function findHorizon(db: Database): Promise<Horizon> {
  const { rows } = await queryPrepared<HorizonRow>(db, horizonStatement)
  return horizonOf(rows)
}

/** One row. */
export const horizonStatement: Sql = sql`
    select
      (extract(epoch from now()) * 1000000)::bigint as now_us,
      (extract(epoch from min(p.from_time)) * 1000000)::bigint as from_us,
      (extract(epoch from max(p.to_time)) * 1000000)::bigint as to_us,
      (
        select coalesce(json_agg(json_build_object(
          'classId', c.id, 'name', c.name, 'retentionSeconds', c.retention_seconds
        ) order by c.id), '[]')
        from retention_classes c
      ) as classes,
      (select row_to_json(policy) from (select ${raw(policyColumns)}) as policy) as policy
    from log_partitions p`

export function horizonOf([row]: readonly HorizonRow[]): Horizon {
  if (!row) throw new Error('an aggregate without a row')
  const { now_us, from_us, to_us, classes, policy } = row
  const span = from_us === null || to_us === null ? null : { fromUs: Number(from_us), toUs: Number(to_us) }
  return { nowUs: Number(now_us), classes, span, policy }
}
