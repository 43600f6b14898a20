import type { Pool } from 'pg'

/** Sessions of this database that are doing something now, besides the one that asks: what deletes make room for. */
export async function countBusySessions(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ busy: number }>(`
    select count(*)::integer as busy from pg_stat_activity
    where datname = current_database() and state = 'active' and backend_type = 'client backend'
      and pid <> pg_backend_pid()`)
  return rows[0]?.busy ?? 0
}
