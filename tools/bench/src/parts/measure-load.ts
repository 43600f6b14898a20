import { setTimeout as wait } from 'node:timers/promises'
import { untilDrained } from '@logboom/system'
import { percentile } from '../figure.ts'
import { makeBatches } from '../make-batches.ts'
import type { Batch } from '../make-batches.ts'
import type { Broker } from '../open-broker.ts'
import { pushBatches } from '../push-batches.ts'
import { watchCommits } from '../watch-commits.ts'
import { watchDepth } from '../watch-depth.ts'

/** How ingest fared for a while. */
export interface LoadedWhile {
  seconds: number
  entries: number
  entriesPerSecond: number
  /** From the moment a request was due to its 201. */
  answerP99Ms: number
  /** From the 201 to the moment a reader sees the batch. */
  commitP99Ms: number
  /** The longest between two batches that a reader sees come. */
  longestGapMs: number
}

/** Small enough that there are many requests to tell a p99 from. */
const entriesPerBatch = 250
const depthMax = 16

/** Entries a second that are stored at most. */
export async function measureMaximum(broker: Broker, entries: number): Promise<number> {
  const batches = newBatches(entries)
  const watch = watchDepth(broker.lookRedis)
  const startedMs = performance.now()
  const { ingestUrl: url, agents } = broker
  await pushBatches({ url, agents, batches, holdBack: () => watch.now() > depthMax })
  await untilDrained(broker.lookRedis)
  const seconds = (performance.now() - startedMs) / 1000
  await watch.stop()
  return entries / seconds
}

/** Pushes so many entries a second for so long, and does `work` meanwhile; ends when both have, and every batch is stored. */
export async function measureLoad(
  broker: Broker,
  { perSecond, seconds }: { perSecond: number; seconds: number },
  work: () => Promise<void> = async () => undefined,
): Promise<LoadedWhile> {
  const batches = newBatches(perSecond * seconds)
  const commits = await watchCommits(broker.postgres.url)
  const answeredMs = new Map<string, number>()
  const onAnswer = (_done: number, { key }: Batch) => void answeredMs.set(key, performance.now())
  const startedMs = performance.now()
  const { ingestUrl: url, agents } = broker
  const pushing = pushBatches({ url, agents, batches, perSecond: perSecond / entriesPerBatch, onAnswer })
  const [{ latenciesMs }] = await Promise.all([pushing, work()])
  await untilDrained(broker.lookRedis)
  await wait(50) // the watch has seen the last one
  await commits.stop()
  const seen = batches.map(({ key }) => commits.seenMs.get(key) ?? Number.NaN)
  if (seen.some(Number.isNaN)) throw new Error('a batch was answered and is not committed: this run is void')
  const tookS = (Math.max(...seen) - startedMs) / 1000
  return {
    seconds: tookS,
    entries: batches.length * entriesPerBatch,
    entriesPerSecond: (batches.length * entriesPerBatch) / tookS,
    answerP99Ms: percentile(latenciesMs, 0.99),
    commitP99Ms: percentile(
      batches.map(({ key }, index) => (seen[index] ?? 0) - (answeredMs.get(key) ?? 0)),
      0.99,
    ),
    longestGapMs: longestGap(seen),
  }
}

function newBatches(entries: number): Batch[] {
  const batches = Math.ceil(entries / entriesPerBatch)
  return makeBatches({ batches, entriesPerBatch, spanMs: 1_000, fromMs: Date.now() - 1_000 })
}

function longestGap(timesMs: readonly number[]): number {
  const sorted = timesMs.toSorted((a, b) => a - b)
  return Math.max(...sorted.slice(1).map((time, index) => time - (sorted[index] ?? time)))
}
