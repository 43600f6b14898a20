import type { Pool } from 'pg'
import sql from 'sql-template-tag'

/** Takes or renews the lease for `seconds`; false while another replica has it. */
export async function takeRetentionLease(
  pool: Pool,
  { holder, seconds }: { holder: string; seconds: number },
): Promise<boolean> {
  const { rowCount } = await pool.query(sql`
    insert into retention_lease as lease (holder, held_until)
    values (${holder}::uuid, clock_timestamp() + make_interval(secs => ${seconds}::integer))
    on conflict (one) do update set holder = excluded.holder, held_until = excluded.held_until
    where lease.holder = excluded.holder or lease.held_until < clock_timestamp()`)
  return rowCount === 1
}
