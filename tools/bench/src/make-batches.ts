import { createHash, randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'

/** One request as an agent would send it. */
export interface Batch {
  /** Index of the agent that sends it. */
  agent: number
  key: string
  entries: number
  /** Of these, lines that an earlier batch has brought already. */
  repeats: number
  /** gzip of JSON. */
  body: Buffer
}

export interface BatchPlan {
  batches: number
  agents?: number
  podsPerAgent?: number
  entriesPerBatch?: number
  /** When the first line was written, milliseconds since 1970; the last one is `spanMs` later. */
  fromMs: number
  spanMs: number
  /** Share of lines that are this much older than the others: those of an agent that was cut off. */
  late?: { share: number; byMs: number }
  /** Share of lines that are sent a second time, in the batch after their own. */
  duplicates?: number
}

const levels = ['INFO', 'INFO', 'INFO', 'INFO', 'INFO', 'INFO', 'DEBUG', 'DEBUG', 'WARN', 'ERROR']
const verbs = ['GET', 'POST', 'PUT', 'DELETE']
const paths = ['/cart/items', '/checkout/confirm', '/users/profile', '/catalogue/search', '/orders/history']
const words = [
  'upstream',
  'retry',
  'cache',
  'session',
  'shard',
  'replica',
  'token',
  'quota',
  'stream',
  'lease',
]
const messageBytes = 200

/**
 * Batches as agents send them: 200-byte messages, ids, levels, labels, and a trace id on every fourth line. Agents take
 * turns, and each one's batches follow each other in time.
 */
export function makeBatches(plan: BatchPlan): Batch[] {
  const { batches, agents = 50, entriesPerBatch = 1_000 } = plan
  const run = randomUUID().slice(0, 8)
  const rounds = Math.ceil(batches / agents)
  const roundMs = plan.spanMs / rounds
  const previous = new Map<number, object[]>()
  return Array.from({ length: batches }, (_, index) => {
    const agent = index % agents
    const fromMs = plan.fromMs + Math.floor(index / agents) * roundMs
    const repeats = takeRepeats(previous.get(agent), plan)
    const lines = Array.from({ length: entriesPerBatch - repeats.length }, (_unused, line) =>
      makeEntry({
        plan,
        agent,
        name: `${run}-${index}-${line}`,
        line,
        ms: fromMs + (line * roundMs) / entriesPerBatch,
      }),
    )
    previous.set(agent, lines)
    const logs = [...repeats, ...lines]
    const body = gzipSync(JSON.stringify({ logs }), { level: 5 })
    return { agent, key: `${run}-${index}`, entries: logs.length, repeats: repeats.length, body }
  })
}

function takeRepeats(lines: object[] | undefined, { duplicates = 0 }: BatchPlan): object[] {
  return lines ? lines.slice(0, Math.round(lines.length * duplicates)) : []
}

interface EntrySeed {
  plan: BatchPlan
  agent: number
  /** Unique among all lines of all runs. */
  name: string
  line: number
  ms: number
}

function makeEntry({ plan, agent, name, line, ms }: EntrySeed): object {
  const { podsPerAgent = 4, late } = plan
  const digest = createHash('md5').update(name).digest('hex')
  const chance = Number.parseInt(digest.slice(0, 8), 16) / 2 ** 32
  const pod = podsPerAgent > 1_000 ? Math.floor(chance * podsPerAgent) : line % podsPerAgent
  const writtenMs = late && chance < late.share ? ms - late.byMs : ms
  return {
    timestamp: timestampOf(writtenMs, line),
    namespace: `shop-${agent % 5}`,
    pod_name: `web-${agent}-${pod}`,
    container_name: 'app',
    level: levels[Math.floor(chance * 997) % levels.length],
    message: messageOf(digest, chance),
    entry_id: digest,
    seq: line,
    output: 'stdout',
    labels: { app: `web-${agent % 10}` },
    ...(line % 4 === 0 && { attributes: { trace_id: digest } }),
  }
}

/** To the nanosecond, ascending within a batch. */
function timestampOf(ms: number, line: number): string {
  const whole = Math.floor(ms)
  const fine = Math.floor((ms - whole) * 1e6)
  const nanoseconds = String((fine + (line % 7)) % 1_000_000).padStart(6, '0')
  return `${new Date(whole).toISOString().slice(0, -1)}${nanoseconds}Z`
}

/** 200 bytes, as alike and as different as lines of one service are. */
function messageOf(digest: string, chance: number): string {
  const pick = (from: readonly string[], salt: number) => from[Math.floor(chance * salt) % from.length]
  const head = `${pick(verbs, 7919)} ${pick(paths, 104_729)}?id=${digest.slice(0, 10)} status=${chance < 0.97 ? 200 : 503}`
  const tail = Array.from(
    { length: 12 },
    (_, n) => `${pick(words, 1_009 * (n + 3))}=${digest.charCodeAt(n) % 97}`,
  )
  return `${head} took ${Math.floor(chance * 900)} ms ${tail.join(' ')}`
    .padEnd(messageBytes, '.')
    .slice(0, messageBytes)
}
