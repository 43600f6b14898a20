import { rowColumns } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import sql, { raw } from 'sql-template-tag'
import { countedColumns, insertDeltas } from './count-gone.ts'
import type { LeafState } from './list-leaves.ts'

const columns = raw(rowColumns.join(', '))

/** Sets the rows of a leaf aside that have not expired, until `putBackLiveRows` or the transaction's end; how many. */
export async function setLiveRowsAside(client: PoolClient, { name, cutoff }: LeafState): Promise<number> {
  // the BRIN says at once that there is none, which is the rule
  await client.query(
    `create temp table live_rows (like agent_logs) on commit drop; set local enable_seqscan = off`,
  )
  const { rowCount } = await client.query(sql`
    insert into live_rows (${columns})
    select ${columns} from ${raw(name)} where created_at >= ${cutoff}::timestamptz`)
  await client.query('set local enable_seqscan = on')
  return rowCount ?? 0
}

/**
 * Stores the rows that were set aside and counts them; returns how many. One that is there already, because its sender
 * repeated it after the leaf was detached, is left out.
 */
export async function putBackLiveRows(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ rows: number }>(sql`
    with stored as (
      insert into agent_logs (${columns})
      select ${columns} from live_rows order by timestamp, id
      on conflict do nothing
      returning ${countedColumns}
    ), counted as (${insertDeltas(sql`stored`, 1)})
    select count(*)::integer as rows from stored`)
  return rows[0]?.rows ?? 0
}
