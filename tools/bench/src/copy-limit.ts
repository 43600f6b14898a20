import { pipeline } from 'node:stream/promises'
import { rowColumns } from '@logboom/contracts'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { cpuMicros } from './cpu-meter.ts'

export interface CopyLimit {
  rowsPerSecond: number
  /** Processor time of PostgreSQL, microseconds. */
  cpuPerRow: number
}

const connections = 2
const columns = rowColumns.join(', ')

/** The stored rows in the order in which they came, as COPY text of so many lines each. */
export async function exportRows(pool: pg.Pool, linesPerChunk: number): Promise<Buffer[]> {
  const client = await pool.connect()
  try {
    const source = client.query(
      copyTo(`copy (select ${columns} from agent_logs order by created_at, timestamp, id) to stdout`),
    )
    const chunks: Buffer[] = []
    let lines: string[] = []
    let rest = ''
    for await (const chunk of source.setEncoding('utf8')) {
      const parts = (rest + String(chunk)).split('\n')
      rest = parts.pop() ?? ''
      lines.push(...parts)
      while (lines.length >= linesPerChunk) chunks.push(toBuffer(lines.splice(0, linesPerChunk)))
    }
    if (lines.length > 0) chunks.push(toBuffer(lines))
    return chunks
  } finally {
    client.release()
  }
}

/**
 * The same rows by bare COPY as text, a commit for each chunk, on two connections, with the rest of the machine idle: what
 * a program gets that does nothing else. The table must be empty.
 */
export async function measureCopy(
  url: string,
  postgresPid: number,
  chunks: readonly Buffer[],
): Promise<CopyLimit> {
  const clients = Array.from({ length: connections }, () => new pg.Client({ connectionString: url }))
  await Promise.all(clients.map((client) => client.connect()))
  try {
    const rows = chunks.reduce((sum, chunk) => sum + countLines(chunk), 0)
    const cpuBefore = cpuMicros(postgresPid)
    const startedMs = performance.now()
    let next = 0
    const copyAll = async (client: pg.Client): Promise<void> => {
      for (let chunk = chunks[next++]; chunk; chunk = chunks[next++]) {
        await pipeline([chunk], client.query(copyFrom(`copy agent_logs (${columns}) from stdin`)))
      }
    }
    await Promise.all(clients.map(copyAll))
    const seconds = (performance.now() - startedMs) / 1000
    return { rowsPerSecond: rows / seconds, cpuPerRow: (cpuMicros(postgresPid) - cpuBefore) / rows }
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
}

function toBuffer(lines: string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''))
}

function countLines(chunk: Buffer): number {
  let lines = 0
  for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1
  return lines
}
