import { until } from '@logboom/testing'
import type pg from 'pg'
import type { Role } from '@logboom/system'

/** Resolves with how many transactions a writer has open, as soon as there is one. */
export function untilWriting(pool: pg.Pool, { name }: Role): Promise<number> {
  const transactions = async () => {
    const { rows } = await pool.query<{ open: number }>(
      `select count(*)::integer as open from pg_stat_activity
      where application_name = $1::text and state in ('active', 'idle in transaction')`,
      [name],
    )
    return rows[0]?.open ?? 0
  }
  return until(transactions, { what: `${name} to write`, timeoutMs: 30_000, intervalMs: 2 })
}
