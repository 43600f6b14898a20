import sql from 'sql-template-tag'
import { timeText } from './list-page.ts'
import type { Database } from './open-database.ts'

export interface RetentionStatus {
  /** RFC 3339, microseconds. */
  lastRunAt: string
  nextRunAt: string
  /** What retention-worker runs with, as it wrote it down. */
  policy: Record<string, unknown>
}

/** What retention-worker noted after its last run; null before the first. */
export async function findRetentionStatus(db: Database): Promise<RetentionStatus | null> {
  const { rows } = await db.pool.query<RetentionStatus>(sql`
    select ${timeText(sql`last_run_at`)} as "lastRunAt", ${timeText(sql`next_run_at`)} as "nextRunAt", policy
    from retention_status`)
  return rows[0] ?? null
}
