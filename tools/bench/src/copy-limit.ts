import { pipeline } from 'node:stream/promises'
import { rowColumns, splitTuples } from '@logboom/contracts'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { cpuMicros } from '@logboom/system'

export interface CopyRun {
  rowsPerSecond: number
  /** Processor time of PostgreSQL, microseconds. */
  cpuPerRow: number
}

/** One COPY, with what it begins and ends with. */
export interface CopyChunk {
  rows: number
  bytes: Buffer
}

export type CopyFormat = 'text' | 'binary'

const connections = 2
const columns = rowColumns.join(', ')
/** What a binary COPY begins and ends with. */
const headBytes = 19
const tailBytes = 2

/** The stored rows in the order in which they came, so many in a chunk. */
export async function exportRows(
  pool: pg.Pool,
  format: CopyFormat,
  rowsPerChunk: number,
): Promise<CopyChunk[]> {
  const client = await pool.connect()
  try {
    const ordered = `select ${columns} from agent_logs order by created_at, timestamp, id`
    const source = client.query(copyTo(`copy (${ordered}) to stdout (format ${format})`))
    const all = Buffer.concat(await source.toArray())
    const rows = format === 'text' ? splitLines(all) : splitTuples(all.subarray(headBytes, -tailBytes))
    const [head, tail] = format === 'text' ? [] : [all.subarray(0, headBytes), all.subarray(-tailBytes)]
    const chunks: CopyChunk[] = []
    for (let at = 0; at < rows.length; at += rowsPerChunk) {
      const some = rows.slice(at, at + rowsPerChunk)
      chunks.push({ rows: some.length, bytes: Buffer.concat([head ?? [], some, tail ?? []].flat()) })
    }
    return chunks
  } finally {
    client.release()
  }
}

/**
 * The same rows by bare COPY, a commit for each chunk, on two connections, with the rest of the machine idle: what a
 * program gets that does nothing else. The table must be empty.
 */
export async function measureCopy(
  url: string,
  postgresPid: number,
  { format, chunks }: { format: CopyFormat; chunks: readonly CopyChunk[] },
): Promise<CopyRun> {
  const clients = Array.from({ length: connections }, () => new pg.Client({ connectionString: url }))
  await Promise.all(clients.map((client) => client.connect()))
  try {
    const rows = chunks.reduce((sum, chunk) => sum + chunk.rows, 0)
    const cpuBefore = cpuMicros(postgresPid)
    const startedMs = performance.now()
    let next = 0
    const copyAll = async (client: pg.Client): Promise<void> => {
      for (let chunk = chunks[next++]; chunk; chunk = chunks[next++]) {
        const copy = copyFrom(`copy agent_logs (${columns}) from stdin (format ${format})`)
        await pipeline([chunk.bytes], client.query(copy))
      }
    }
    await Promise.all(clients.map(copyAll))
    const seconds = (performance.now() - startedMs) / 1000
    return { rowsPerSecond: rows / seconds, cpuPerRow: (cpuMicros(postgresPid) - cpuBefore) / rows }
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
}

function splitLines(text: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let at = 0; at < text.length;) {
    const end = text.indexOf(10, at) + 1
    lines.push(text.subarray(at, end))
    at = end
  }
  return lines
}
