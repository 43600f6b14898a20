import { summarise } from '../figure.ts'
import type { Figure } from '../figure.ts'
import { openBroker, processNames } from '../open-broker.ts'
import type { Broker } from '../open-broker.ts'
import type { Part, PartContext } from '../part.ts'
import { ingestFigures } from './ingest-figures.ts'
import { measureIngest } from './measure-ingest.ts'
import type { IngestRun, RunPlan } from './measure-ingest.ts'
import { measureWriters } from './measure-writers.ts'

const agents = 50
/** Until then much of the code is interpreted. */
const warmUpBatches = 300

/** Loads that are harder than the usual one. */
const oddLoads: Record<string, { title: string; plan: Partial<RunPlan> }> = {
  streams: { title: 'one agent with 5 000 streams', plan: { agents: 1, podsPerAgent: 5_000 } },
  late: { title: '10 % of the lines six hours late', plan: { late: { share: 0.1, byMs: 6 * 3_600_000 } } },
  duplicates: { title: '1 % of the lines sent twice', plan: { duplicates: 0.01 } },
}

/** The write path at full load, against what PostgreSQL takes by bare COPY in the same run. */
export const ingest: Part = async (context) => {
  const { options, progress } = context
  const runs = options.quick ? 3 : 5
  const batches = options.quick ? 100 : 600
  const broker = await openBroker(agents)
  try {
    progress.step('ingest: warming up')
    await measureIngest(broker, { batches: warmUpBatches })
    const measured: IngestRun[] = []
    for (let run = 1; run <= runs; run += 1) {
      progress.step(`ingest: run ${run} of ${runs}, ${batches} 000 entries`)
      const one = await measureIngest(broker, { batches })
      progress.step(`ingest: ${describe(one)}`)
      measured.push(one)
    }
    const figures = ingestFigures(measured)
    const usual = figures.find(({ id }) => id === 'ingest.rate')
    if (!options.quick && usual) {
      figures.push(...(await measureOdd(broker, usual, context)), await measureWriters(broker, context))
    }
    return { figures, details: { runs: measured } }
  } finally {
    await broker.close()
  }
}

/** Each a run of its own, told as a share of the usual rate. */
async function measureOdd(broker: Broker, usual: Figure, { progress }: PartContext): Promise<Figure[]> {
  const usualRate = summarise(usual).median
  const figures: Figure[] = []
  for (const [name, { title, plan }] of Object.entries(oddLoads)) {
    const values: number[] = []
    for (let run = 1; run <= 3; run += 1) {
      progress.step(`ingest: ${title}, run ${run} of 3`)
      values.push((await measureIngest(broker, { batches: 200, ...plan })).entriesPerSecond / usualRate)
    }
    figures.push({ id: `ingest.odd.${name}`, title: `share of the usual rate: ${title}`, unit: '', values })
  }
  return figures
}

function describe({ entriesPerSecond, limit, cpu }: IngestRun): string {
  const parts = processNames.map((name) => `${name} ${cpu[name].toFixed(1)}`).join(', ')
  return `${thousands(entriesPerSecond)} entries/s, bare COPY ${thousands(limit.rowsPerSecond)}; µs per entry: ${parts}`
}

function thousands(value: number): string {
  return `${(value / 1000).toFixed(1)}k`
}
