import { formatMicros } from '@logboom/contracts'
import type { JobHeader } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import sql from 'sql-template-tag'
import { readRow } from './split-rows.ts'

/** Keeps an entry that PostgreSQL refused, with the reason, so that a human can read it and send it again. */
export async function insertDeadLetter(
  client: PoolClient,
  header: JobHeader,
  row: Buffer,
  error: Error,
): Promise<void> {
  const { fields, line } = readRow(header.v, row)
  const stream = header.streams.find(({ id }) => id === fields.stream_id)
  const retentionClass = /^\d{1,4}$/.exec(fields.retention_class ?? '')?.[0] ?? '1'
  const reason = 'code' in error && typeof error.code === 'string' ? `sqlstate_${error.code}` : 'refused'
  await client.query(sql`
    insert into dead_letters (
      agent_id, job_id, batch_id, reason, detail, stream, row_text, retention_class, created_at
    ) values (
      ${header.agent_id}::uuid, ${header.job_id}, ${header.batch_id}, ${reason}, ${error.message.slice(0, 500)},
      ${JSON.stringify(stream ?? null)}::jsonb, ${line.replaceAll('\0', '\u{fffd}')}, ${retentionClass}::smallint,
      ${formatMicros(header.created_us)}::timestamptz
    )`)
}
