import type { Pool } from 'pg'
import sql from 'sql-template-tag'

export interface Bounds {
  /** Entries kept for one agent, unless its own limits say otherwise; 0 = unbounded. */
  maxLogsPerAgent: number
  maxLogsPerDeployment: number
}

export interface Overfull {
  kind: 'agent_bound' | 'deployment_bound'
  /** Id of the agent or deployment object. */
  subject: string
  streamIds: string[]
  /** Rows above the bound. */
  excess: number
}

/** The agents and deployment objects that have more rows than they may, by the folded counts of their streams. */
export async function findOverfull(
  pool: Pool,
  { maxLogsPerAgent, maxLogsPerDeployment }: Bounds,
): Promise<Overfull[]> {
  const { rows } = await pool.query<Overfull>(sql`
    select 'agent_bound' as kind, a.id as subject, array_agg(s.id::text) as "streamIds",
      (sum(s.row_count) - bound.max)::float8 as excess
    from agents a
    join log_streams s on s.agent_id = a.id
    cross join lateral (
      select case when jsonb_typeof(a.limits -> 'max_logs') = 'number' then (a.limits ->> 'max_logs')::bigint
        else ${maxLogsPerAgent}::bigint end as max
    ) as bound
    where bound.max > 0 and a.deleted_at is null
    group by a.id, bound.max
    having sum(s.row_count) > bound.max
    union all
    select 'deployment_bound', s.deployment_object_id, array_agg(s.id::text),
      (sum(s.row_count) - ${maxLogsPerDeployment}::bigint)::float8
    from log_streams s
    where s.deployment_object_id is not null and ${maxLogsPerDeployment}::bigint > 0
    group by s.deployment_object_id
    having sum(s.row_count) > ${maxLogsPerDeployment}::bigint`)
  return rows
}
