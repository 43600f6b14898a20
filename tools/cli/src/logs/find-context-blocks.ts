import type { StoredEntry } from '@logboom/contracts'
import type { Broker } from '../broker/open-broker.ts'
import { CliError } from '../cli-error.ts'

/** A stretch of one stream's lines, in order, some of which were found. */
export interface ContextBlock {
  lines: StoredEntry[]
  hits: Set<string>
}

interface Around {
  before: StoredEntry[]
  entry: StoredEntry
  after: StoredEntry[]
}

const requestsAtOnce = 4

/** The lines around each hit, in the order of the hits; where they overlap, or touch, they become one block. */
export async function findContextBlocks(
  broker: Broker,
  hits: readonly StoredEntry[],
  lines: number,
): Promise<ContextBlock[]> {
  const around: Around[] = []
  for (let at = 0; at < hits.length; at += requestsAtOnce) {
    const some = hits.slice(at, at + requestsAtOnce)
    around.push(...(await Promise.all(some.map((hit) => askAround(broker, hit, lines)))))
  }
  return mergeBlocks(around)
}

/** A line that has expired since it was found stands alone. */
async function askAround(broker: Broker, entry: StoredEntry, lines: number): Promise<Around> {
  const query = { id: entry.id, timestamp: entry.timestamp, before: String(lines), after: String(lines) }
  try {
    return await broker.get<Around>('/api/v1/logs/context', Object.entries(query))
  } catch (error) {
    if (error instanceof CliError && error.code === 'entry_not_found') return { before: [], entry, after: [] }
    throw error
  }
}

/** Blocks of one stream that share a line are one; they stay in the order in which their first hit was found. */
export function mergeBlocks(around: readonly Around[]): ContextBlock[] {
  const blocks: ContextBlock[] = []
  const blockOf = new Map<string, ContextBlock>()
  for (const { before, entry, after } of around) {
    const lines = [...before, entry, ...after]
    const known = lines.map(({ id }) => blockOf.get(id)).find((block) => block !== undefined)
    const block = known ?? { lines: [], hits: new Set() }
    if (!known) blocks.push(block)
    block.lines.push(...lines.filter(({ id }) => !blockOf.has(id)))
    block.hits.add(entry.id)
    for (const { id } of lines) blockOf.set(id, block)
  }
  return blocks
}
