import type { Figure } from '../figure.ts'
import { percentile } from '../figure.ts'
import { openBroker } from '../open-broker.ts'
import type { Part, PartContext } from '../part.ts'
import { loadWhile } from './load-while.ts'
import { readCases } from './read-cases.ts'
import type { ReadCase } from './read-cases.ts'
import { seedLines } from './seed-lines.ts'
import { openReadClient, timePages, timeReads } from './time-reads.ts'
import type { ReadClient } from './time-reads.ts'

const agents = 50
/** A third of what the write path takes at most, about. */
const batchesPerSecond = 20

/** Of the figures that are measured while lines come in. */
const loadPrefix = 'reads.load'

interface Timed {
  cases: { read: ReadCase; tookMs: number[] }[]
  /** How many times longer than the first one, page by page. */
  pages: number[]
}

/** Searches by HTTP over millions of lines of twelve hours, on an idle system and while lines come in. */
export const reads: Part = async ({ options, progress }) => {
  const rows = options.quick ? 300_000 : 10_000_000
  const broker = await openBroker(agents)
  const client = openReadClient(broker.queryUrl, broker.admin)
  try {
    progress.step(`reads: writing ${rows} lines`)
    const seed = await seedLines(broker.pool, { rows, agents: broker.agents, progress })
    const cases = readCases(broker.agents, seed)
    const samples = options.quick ? 5 : 40
    progress.step('reads: idle')
    const idle = await timeAll(client, cases, { samples, progress })
    progress.step(`reads: while ${batchesPerSecond} batches come in each second`)
    const load = { batchesPerSecond, seconds: options.quick ? 20 : 120 }
    const loaded = await loadWhile(broker, load, () => timeAll(client, cases, { samples, progress }))
    const figures = [
      ...figuresOf(idle, 'reads', `idle, ${seed.rows} lines`),
      ...figuresOf(
        loaded.result,
        loadPrefix,
        `while ${Math.round(loaded.entriesPerSecond)} entries/s come in`,
      ),
    ]
    return {
      figures,
      details: { seed, idle: detailsOf(idle), loaded: detailsOf(loaded.result), pushed: loaded.pushed },
    }
  } finally {
    client.close()
    await broker.close()
  }
}

async function timeAll(
  client: ReadClient,
  cases: readonly ReadCase[],
  { samples, progress }: { samples: number; progress: PartContext['progress'] },
): Promise<Timed> {
  const timed: Timed = { cases: [], pages: [] }
  for (const read of cases) {
    progress.now(`reads: ${read.title}`)
    timed.cases.push({ read, tookMs: await timeReads(client, read, samples) })
  }
  const [some] = cases
  if (some) timed.pages = await timePages(client, some.path, { samples: Math.ceil(samples / 4), pages: 5 })
  return timed
}

function figuresOf({ cases, pages }: Timed, prefix: string, note: string): Figure[] {
  const figures = cases.flatMap(({ read: { id, title, goal }, tookMs }) =>
    (
      [
        ['p50', 0.5],
        ['p95', 0.95],
      ] as const
    ).map(([name, share]): Figure => {
      const limit = goal?.[name]
      return {
        id: `${prefix}.${id}.${name}`,
        title: `${prefix === loadPrefix ? 'under load: ' : ''}${title}, ${name}`,
        unit: 'ms',
        values: [percentile(tookMs, share)],
        note,
        ...(limit !== undefined && { bound: { is: 'at most', goal: limit } }),
      }
    }),
  )
  const ratio: Figure = {
    id: `${prefix}.pages`,
    title: `${prefix === loadPrefix ? 'under load: ' : ''}page 2 to 5 of 1 000 lines by cursor, over page 1`,
    unit: '',
    values: pages,
    note,
    bound: { is: 'at most', goal: 1.5 },
  }
  return [...figures, ratio]
}

function detailsOf({ cases, pages }: Timed): unknown {
  return { ...Object.fromEntries(cases.map(({ read, tookMs }) => [read.id, tookMs])), pages }
}
