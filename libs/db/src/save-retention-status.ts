import type { Pool } from 'pg'
import sql from 'sql-template-tag'

/** What `GET /api/v1/retention` shows of the worker besides the classes. */
export interface RetentionPolicyInForce {
  cleanup_interval_seconds: number
  max_delete_batch: number
  max_logs_per_agent: number
  max_logs_per_deployment: number
  oldest_row_age_seconds: number | null
}

/** Notes that a run has ended now and when the next begins. */
export async function saveRetentionStatus(
  pool: Pool,
  { nextRunInSeconds, policy }: { nextRunInSeconds: number; policy: RetentionPolicyInForce },
): Promise<void> {
  await pool.query(sql`
    insert into retention_status as status (last_run_at, next_run_at, policy)
    values (now(), now() + make_interval(secs => ${nextRunInSeconds}::double precision), ${JSON.stringify(policy)}::jsonb)
    on conflict (one) do update
      set last_run_at = excluded.last_run_at, next_run_at = excluded.next_run_at, policy = excluded.policy`)
}
