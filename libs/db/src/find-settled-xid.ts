import sql from 'sql-template-tag'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'

interface SettledRow {
  next: string
  /** Of transactions that may write to the ledger: the lower halves of their ids. */
  writing: string[] | null
  /** On a replica, which does not know of them: the oldest that is under way. */
  oldest: string | null
}

/**
 * The transaction id below which the ledger is complete: every batch with a lower one is committed, and seen by every
 * statement that begins after this one, or will never be. `pg_snapshot_xmin` would do, but waits for each transaction
 * that writes anything in any database of the server, such as one that rebuilds an index for an hour; so this waits for
 * those alone that hold a lock to write to the ledger. A transaction gets its id after that lock, of which the id that
 * comes next is read before the locks: one that is not among them has ended, or will have a higher id. 0.5 ms.
 */
export async function findSettledXid(db: Database): Promise<number> {
  const { rows } = await queryPrepared<SettledRow>(
    db,
    sql`
    with moment as materialized (
      select pg_current_snapshot() as snapshot, pg_is_in_recovery() as is_replica
    ), locks as materialized (
      -- one look at all locks; not before the snapshot
      select l.* from moment, lateral (select * from pg_locks where moment.snapshot is not null) as l
    )
    select
      pg_snapshot_xmax(snapshot)::text as next,
      (
        select array_agg(x.transactionid::text)
        from locks x
        where x.locktype = 'transactionid' and x.granted and x.virtualtransaction in (
          select w.virtualtransaction from locks w
          where w.locktype = 'relation' and w.relation = 'write_log'::regclass and w.mode like '%ExclusiveLock'
            and w.mode <> 'ShareUpdateExclusiveLock'
            and w.database = (select oid from pg_database where datname = current_database())
        )
      ) as writing,
      case when is_replica then pg_snapshot_xmin(snapshot)::text end as oldest
    from moment`,
  )
  const [row] = rows
  if (!row) throw new Error('a moment without a row')
  if (row.oldest !== null) return Number(row.oldest)
  const next = Number(row.next)
  return (row.writing ?? []).reduce((least, low) => Math.min(least, fullXid(Number(low), next)), next)
}

const half = 2 ** 32

/** The id whose lower half this is: near the one that comes next, and perhaps a little beyond it. */
function fullXid(low: number, next: number): number {
  const behind = (((next - low) % half) + half) % half
  return behind < half / 2 ? next - behind : next + half - behind
}
