import { openBroker } from '../open-broker.ts'
import type { Broker } from '../open-broker.ts'
import type { Part } from '../part.ts'
import type { Progress } from '../progress.ts'
import { expectSeeded, keepHours, seedExpired, seedStreams } from '../seed-expired.ts'
import type { SeedPlan } from '../seed-expired.ts'
import { measureDeletes, untilWorkIsDone } from './measure-deletes.ts'
import type { Deletes } from './measure-deletes.ts'
import { measureDrops } from './measure-drops.ts'
import type { Drop } from './measure-drops.ts'
import { measureLoad, measureMaximum } from './measure-load.ts'
import type { LoadedWhile } from './measure-load.ts'
import { measureReader } from './measure-reader.ts'
import type { ReaderRun } from './measure-reader.ts'
import { retentionFigures } from './retention-figures.ts'

/** How much of everything. */
export interface Sizes {
  small: number
  large: number
  /** Under load, of each kind in each round. */
  seconds: number
  /** Entries by which the most is found that ingest takes. */
  entriesAtMost: number
  /** Of each leaf that is dropped under load. */
  underLoad: number
  leavesUnderLoad: number
  /** Expired rows of a leaf that must go by row. */
  deleted: number
}

const full: Sizes = {
  small: 100_000,
  large: 1_000_000,
  seconds: 6,
  entriesAtMost: 100_000,
  underLoad: 100_000,
  leavesUnderLoad: 2,
  deleted: 200_000,
}

const quick: Sizes = {
  small: 5_000,
  large: 50_000,
  seconds: 2,
  entriesAtMost: 20_000,
  underLoad: 5_000,
  leavesUnderLoad: 2,
  deleted: 60_000,
}

/** Rows that came late, for so many that expire: more than a rewrite of the leaf would move. */
const lateShare = 0.36
const keptForLong = 90 * 24
const kept = 12

/** One of everything, one after another, so that what the machine does besides meets them alike. */
export interface Round {
  idleDeletes: Deletes
  calm: LoadedWhile
  dropping: LoadedWhile
  deleting: { load: LoadedWhile; deletes: Deletes }
  reader: ReaderRun
}

export interface RetentionRuns {
  drops: Drop[]
  rounds: Round[]
  sizes: Sizes
}

/** Retention beside ingest: whole partitions, rows in batches, and an open reader in the way of both. */
export const retention: Part = async ({ options, progress }) => {
  const [sizes, runs] = options.quick ? [quick, 1] : [full, 3]
  const broker = await openBroker(50, {
    changes: { 'retention-worker': { CLEANUP_INTERVAL_MINUTES: '0.01' } },
  })
  try {
    await seedStreams(
      broker.pool,
      broker.agents.map(({ id }) => id),
    )
    const oldestUs = (Math.floor((Date.now() * 1000) / halfHourUs) - 26) * halfHourUs
    const bench: Bench = { broker, sizes, progress, nextUs: oldestUs, rows: 0 }
    await broker.retention.stop()
    const drops = await dropIdle(bench)
    const perSecond = (await findMaximum(bench)) / 3
    await keepHours(broker.pool, keptForLong)
    await broker.retention.restart()
    const rounds: Round[] = []
    for (let run = 1; run <= runs; run += 1) {
      progress.step(`retention: beside ${Math.round(perSecond)} entries/s, round ${run} of ${runs}`)
      rounds.push(await oneRound(bench, { perSecond, seconds: sizes.seconds }))
    }
    return { figures: retentionFigures({ drops, rounds, sizes }), details: { drops, rounds } }
  } finally {
    await broker.close()
  }
}

interface Bench {
  broker: Broker
  sizes: Sizes
  progress: Progress
  /** Where the next leaf begins that is seeded: each has a half hour of its own, backwards from 13 hours ago. */
  nextUs: number
  /** That are to be in the table. */
  rows: number
}

interface Pace {
  perSecond: number
  seconds: number
}

const dropRuns = 3
const halfHourUs = 1_800e6

async function dropIdle(bench: Bench): Promise<Drop[]> {
  const { broker, sizes, progress } = bench
  for (let run = 1; run <= dropRuns; run += 1) {
    progress.step(`retention: seeding ${sizes.large} and ${sizes.small} rows, ${run} of ${dropRuns}`)
    await seed(bench, 1, { rows: sizes.large })
    await seed(bench, 1, { rows: sizes.small })
  }
  await expectSeeded(broker.pool, bench.rows)
  const drops = await measureDrops(broker.pool, broker.postgres.url)
  await expectGone(bench, dropRuns * (sizes.large + sizes.small))
  return drops
}

async function findMaximum(bench: Bench): Promise<number> {
  const { broker, sizes, progress } = bench
  progress.step('retention: the most that ingest takes')
  bench.rows += 2 * sizes.entriesAtMost
  await measureMaximum(broker, sizes.entriesAtMost)
  return measureMaximum(broker, sizes.entriesAtMost)
}

async function oneRound(bench: Bench, pace: Pace): Promise<Round> {
  return {
    calm: await loaded(bench, pace),
    dropping: await dropping(bench, pace),
    reader: await besideReader(bench, pace),
    deleting: await deleting(bench, pace),
    idleDeletes: await deleteIdle(bench),
  }
}

async function dropping(bench: Bench, pace: Pace): Promise<LoadedWhile> {
  const { broker, sizes } = bench
  await seedForLoad(bench)
  const load = await loaded(bench, pace, async () => {
    await keepHours(broker.pool, kept)
    await untilWorkIsDone(broker.pool)
  })
  await expectGone(bench, sizes.leavesUnderLoad * sizes.underLoad)
  return load
}

async function besideReader(bench: Bench, pace: Pace): Promise<ReaderRun> {
  const { broker, sizes } = bench
  await seedForLoad(bench)
  const run = await measureReader(broker, (work) => loaded(bench, pace, work), {
    expire: () => keepHours(broker.pool, kept),
  })
  await expectGone(bench, sizes.leavesUnderLoad * sizes.underLoad)
  return run
}

async function deleting(bench: Bench, pace: Pace): Promise<Round['deleting']> {
  const { broker, sizes } = bench
  await seedForDeletes(bench)
  let load: LoadedWhile | undefined
  const deletes = await measureDeletes(broker.pool, async () => {
    load = await loaded(bench, pace, () => keepHours(broker.pool, kept))
  })
  await untilWorkIsDone(broker.pool)
  await expectGone(bench, sizes.deleted)
  if (!load) throw new Error('there was a load')
  return { load, deletes }
}

async function deleteIdle(bench: Bench): Promise<Deletes> {
  const { broker, sizes } = bench
  await seedForDeletes(bench)
  const deletes = await measureDeletes(broker.pool, async () => {
    await keepHours(broker.pool, kept)
    await untilWorkIsDone(broker.pool)
  })
  await expectGone(bench, sizes.deleted)
  return deletes
}

async function seedForLoad(bench: Bench): Promise<void> {
  await keepHours(bench.broker.pool, keptForLong)
  await seed(bench, bench.sizes.leavesUnderLoad, { rows: bench.sizes.underLoad })
}

async function seedForDeletes(bench: Bench): Promise<void> {
  const { deleted } = bench.sizes
  await keepHours(bench.broker.pool, keptForLong)
  await seed(bench, 1, { rows: deleted, lateRows: Math.round(deleted * lateShare) })
}

async function seed(bench: Bench, leaves: number, plan: Omit<SeedPlan, 'fromUs'>): Promise<void> {
  for (let leaf = 0; leaf < leaves; leaf += 1) {
    await seedExpired(bench.broker.pool, { fromUs: bench.nextUs, ...plan })
    bench.nextUs -= halfHourUs
    bench.rows += plan.rows + (plan.lateRows ?? 0)
  }
}

async function loaded(bench: Bench, pace: Pace, work?: () => Promise<void>): Promise<LoadedWhile> {
  const load = await measureLoad(bench.broker, pace, work)
  bench.rows += load.entries
  return load
}

async function expectGone(bench: Bench, rows: number): Promise<void> {
  bench.rows -= rows
  await expectSeeded(bench.broker.pool, bench.rows)
}
