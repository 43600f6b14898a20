import { openBroker } from '../open-broker.ts'
import type { Part } from '../part.ts'
import { seedLines } from './seed-lines.ts'

const agents = 50

/** Searches by HTTP over millions of lines of twelve hours, on an idle system and while lines come in. */
export const reads: Part = async ({ options, progress }) => {
  const rows = options.quick ? 300_000 : 10_000_000
  const broker = await openBroker(agents)
  try {
    progress.step(`reads: writing ${rows} lines`)
    const seed = await seedLines(broker.pool, { rows, agents: broker.agents, progress })
    progress.step(`reads: ${seed.rows} lines are there`)
    return { figures: [], details: {} }
  } finally {
    await broker.close()
  }
}
