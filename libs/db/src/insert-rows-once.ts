import { rowColumns } from '@logboom/contracts'
import type { BatchJob } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import sql, { raw } from 'sql-template-tag'
import { copyRows } from './copy-rows.ts'

const columns = raw(rowColumns.join(', '))

/**
 * The way of a batch of which some rows are there already: into a table of this session, from there what is new.
 * Counts only rows that were really inserted. About half of COPY's rate, so only taken after COPY met a duplicate.
 */
export async function insertRowsOnce(
  client: PoolClient,
  job: BatchJob,
): Promise<{ stored: number; duplicate: number }> {
  // one table per session, since a table per batch would bloat the catalogue; emptied, since salvaging comes here often
  await client.query(`
    create temp table if not exists incoming_rows (like agent_logs) on commit delete rows;
    delete from incoming_rows`)
  await copyRows(client, 'incoming_rows', [job])
  const { rows } = await client.query<{ stored: number }>(sql`
    with inserted as (
      insert into agent_logs (${columns})
      select ${columns} from incoming_rows order by timestamp, id
      on conflict do nothing
      returning stream_id, timestamp, created_at, retention_class, severity, octet_length(message) as bytes
    ), counted as (
      insert into log_count_deltas (stream_id, minute, created_minute, rows, bytes, retention_class, severity)
      select stream_id, date_trunc('minute', timestamp), date_trunc('minute', created_at),
        count(*), sum(bytes), retention_class, severity
      from inserted
      group by 1, 2, 3, 6, 7
    )
    select count(*)::int as stored from inserted`)
  const stored = rows[0]?.stored ?? 0
  return { stored, duplicate: job.header.entries - stored }
}
