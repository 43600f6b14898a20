/** Agents, by index, whose lines a search can trip over; all others write as agents usually do. */
export const seedRoles = {
  /** Half of all lines. */
  loud: 0,
  /** A pod per task: 5 000 streams. */
  manyStreams: 1,
  /** One line in all the time. */
  quiet: 2,
  /** One of its pods belongs to a deployment object. */
  deployed: 3,
} as const

/** From this one on, agents are usual ones. */
export const firstUsual = 4

/** Lines of a level that no other line has. */
export const rareLines = 20

const manyPods = 5_000
const usualPods = 4
const rowsPerBatch = 1_000

/** One request of an agent: so many lines, evenly over its time. */
export interface SeedBatch {
  agent: number
  /** How many lines of the same agent came before. */
  firstLine: number
  pods: number
  rows: number
  fromUs: number
  spanUs: number
  /** Has one of the rare lines. */
  isRare: boolean
}

export interface SeedPlan {
  rows: number
  agents: number
  fromUs: number
  toUs: number
}

/** The batches of all agents, in the order in which they are received: when their last line has been written. */
export function planSeed(plan: SeedPlan): SeedBatch[] {
  const batches = Array.from({ length: plan.agents }, (_, agent) => batchesOf(plan, agent)).flat()
  batches.sort((a, b) => a.fromUs + a.spanUs - (b.fromUs + b.spanUs))
  const usual = batches.filter(({ agent }) => agent >= firstUsual)
  for (let line = 0; line < rareLines; line += 1) {
    const batch = usual[Math.floor(((line + 0.5) * usual.length) / rareLines)]
    if (batch) batch.isRare = true
  }
  return batches
}

function batchesOf({ rows, agents, fromUs, toUs }: SeedPlan, agent: number): SeedBatch[] {
  const half = rows / 2 / rowsPerBatch
  const count =
    agent === seedRoles.quiet ? 1 : Math.round(agent === seedRoles.loud ? half : half / (agents - 2))
  const spanUs = Math.floor((toUs - fromUs) / (count + 1))
  return Array.from({ length: count }, (_, round) => ({
    agent,
    firstLine: round * rowsPerBatch,
    pods: agent === seedRoles.manyStreams ? manyPods : usualPods,
    rows: agent === seedRoles.quiet ? 1 : rowsPerBatch,
    fromUs: fromUs + Math.floor((round + agent / agents) * spanUs), // agents do not all send at the same moment
    spanUs,
    isRare: false,
  }))
}
