import type { Pool } from 'pg'
import sql from 'sql-template-tag'

/**
 * Takes the names of streams out of reports that are older than the longest retention, at most `limit` of each kind: of an
 * instance that fell silent, or of a batch whose forerunner never came. How far all of its streams were read stays known.
 */
export async function forgetOldReports(pool: Pool, { limit }: { limit: number }): Promise<number> {
  const cutOff = sql`(select now() - make_interval(secs => max(retention_seconds)) from retention_classes)`
  const { rowCount: held } = await pool.query(sql`
    update agent_commits c set
      read_until_ns = c.read_least_ns,
      read_behind = null
    where c.ctid = any (array(
      select ctid from agent_commits
      where read_behind is not null and read_at < ${cutOff}
      limit ${limit}::integer
      for update skip locked
    ))`)
  const { rowCount: waiting } = await pool.query(sql`
    update agent_commits_ahead set read_report = null
    where ctid = any (array(
      select ctid from agent_commits_ahead
      where read_report is not null and noted_at < ${cutOff}
      limit ${limit}::integer
      for update skip locked
    ))`)
  return (held ?? 0) + (waiting ?? 0)
}
