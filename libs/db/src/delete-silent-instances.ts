import type { Pool } from 'pg'
import sql from 'sql-template-tag'

/**
 * Forgets how far agent instances were committed that have sent nothing for `silentDays` (and no shorter than the
 * longest retention), at most `limit`: an instance that comes back with a spool still finds its place until then.
 */
export async function deleteSilentInstances(
  pool: Pool,
  { silentDays, limit }: { silentDays: number; limit: number },
): Promise<number> {
  const { rowCount } = await pool.query(sql`
    delete from agent_commits where ctid = any (array(
      select ctid from agent_commits
      where updated_at < now() - greatest(
        (select make_interval(secs => max(retention_seconds)) from retention_classes),
        make_interval(days => ${silentDays}::integer)
      )
      limit ${limit}::integer
    ))`)
  return rowCount ?? 0
}
