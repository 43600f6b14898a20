import { summarise } from '../figure.ts'
import type { Figure } from '../figure.ts'
import { makeBatches } from '../make-batches.ts'
import { openBroker } from '../open-broker.ts'
import type { Part, PartContext } from '../part.ts'
import { expectRows } from '../stored-rows.ts'
import { measureIngest, pushAndDrain } from './measure-ingest.ts'
import { seedLines } from './seed-lines.ts'

const agents = 50
const batches = 200
const runs = 5

/** Whether lines cost more to store where many are stored already: beside a small table, then beside a large one. */
export const growth: Part = async (context) => {
  const [few, many] = context.options.quick ? [100_000, 1_000_000] : [1_000_000, 20_000_000]
  const small = await measureRates(context, few)
  const large = await measureRates(context, many)
  const rate = (id: string, rows: number, values: number[]): Figure => {
    return {
      id: `growth.${id}`,
      title: `stored entries, with ${rows / 1e6} M rows stored and more`,
      unit: '/s',
      values,
    }
  }
  const figures = [rate('few', few, small), rate('many', many, large)]
  const [atFew, atMany] = figures.map((figure) => summarise(figure).median)
  figures.unshift({
    id: 'growth.share',
    title: `rate with ${many / 1e6} M rows stored, over with ${few / 1e6} M`,
    unit: '',
    values: [(atMany ?? 0) / (atFew ?? 1)],
    bound: { is: 'at least', goal: 0.9, stretch: 0.95 },
  })
  return { figures }
}

async function measureRates({ progress }: PartContext, rows: number): Promise<number[]> {
  const broker = await openBroker(agents)
  try {
    progress.step('growth: warming up')
    await measureIngest(broker, { batches: 300 })
    progress.step(`growth: writing ${rows} lines`)
    const seed = await seedLines(broker.pool, { rows, agents: broker.agents, progress })
    await broker.pool.query('checkpoint')
    const rates: number[] = []
    for (let run = 1; run <= runs; run += 1) {
      progress.step(`growth: beside ${rows} rows, run ${run} of ${runs}`)
      const lines = makeBatches({ batches, spanMs: batches * 15, fromMs: Date.now() - batches * 15 })
      const { seconds } = await pushAndDrain(broker, lines)
      rates.push((batches * 1_000) / seconds)
    }
    // measureIngest leaves the rows of its COPY behind, which the seed's count includes
    await expectRows(broker.pool, seed.rows + runs * batches * 1_000)
    return rates
  } finally {
    await broker.close()
  }
}
