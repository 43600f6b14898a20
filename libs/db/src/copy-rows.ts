import { pipeline } from 'node:stream/promises'
import { rowColumns, textJobVersion } from '@logboom/contracts'
import type { BatchJob } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

/** Signature, flags and length of the header's extension: what a binary COPY begins with, and how it ends. */
const head = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const tail = Buffer.from([0xff, 0xff])

/**
 * COPY of the rows of jobs as they travelled, unread: 5.5 µs of PostgreSQL per row with three indexes (as text 6.7),
 * where INSERT with unnest takes 24 to 40. One COPY for all jobs of the current version, one for those of the last.
 */
export async function copyRows(
  client: PoolClient,
  table: 'agent_logs' | 'incoming_rows',
  jobs: readonly BatchJob[],
): Promise<void> {
  const target = `copy ${table} (${rowColumns.join(', ')}) from stdin`
  const isText = ({ header }: BatchJob) => header.v === textJobVersion
  const tuples = jobs.filter((job) => !isText(job)).map(({ rows }) => rows)
  const lines = jobs.filter(isText).map(({ rows }) => rows)
  if (tuples.length > 0)
    await pipeline([head, ...tuples, tail], client.query(copyFrom(`${target} (format binary)`)))
  if (lines.length > 0) await pipeline(lines, client.query(copyFrom(target)))
}
