import type { BatchJob, BatchOutcome } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import { insertRowsOnce } from './insert-rows-once.ts'
import { copyAll } from './write-together.ts'
import type { InsertRows } from './write-together.ts'

/** The agents that have lately sent rows which were there already: for theirs, COPY would likely be in vain. */
export interface Repeaters {
  has(agentId: string): boolean
  note(agentId: string): void
}

const freshMs = 60_000
const agentsMax = 10_000

export function createRepeaters(now: () => number = Date.now): Repeaters {
  const untilMs = new Map<string, number>()
  return {
    has: (agentId) => (untilMs.get(agentId) ?? 0) > now(),
    note(agentId) {
      if (untilMs.size >= agentsMax) untilMs.clear()
      untilMs.set(agentId, now() + freshMs)
    },
  }
}

/** Jobs of repeaters are compared with what is there, all others go straight in. */
export function copyOrCompare(repeaters: Repeaters): InsertRows {
  return (client, jobs) => insertBoth(client, jobs, repeaters, ({ header }) => repeaters.has(header.agent_id))
}

/** All are compared with what is there, and it is remembered whose rows were. */
export function compareAll(repeaters: Repeaters): InsertRows {
  return (client, jobs) => insertBoth(client, jobs, repeaters, () => true)
}

async function insertBoth(
  client: PoolClient,
  jobs: readonly BatchJob[],
  repeaters: Repeaters,
  isCompared: (job: BatchJob) => boolean,
): Promise<Partial<BatchOutcome>[]> {
  const fates = new Map<BatchJob, Partial<BatchOutcome>>()
  const straight = jobs.filter((job) => !isCompared(job))
  const copied = straight.length > 0 ? await copyAll(client, straight) : []
  for (const [index, job] of straight.entries()) fates.set(job, copied[index] ?? {})
  for (const job of jobs.filter(isCompared)) {
    const fate = await insertRowsOnce(client, job)
    if (fate.duplicate > 0) repeaters.note(job.header.agent_id)
    fates.set(job, fate)
  }
  return jobs.map((job) => fates.get(job) ?? {})
}
