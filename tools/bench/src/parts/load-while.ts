import { setTimeout as wait } from 'node:timers/promises'
import { untilDrained } from '@logboom/system'
import { makeBatches } from '../make-batches.ts'
import type { Batch } from '../make-batches.ts'
import type { Broker } from '../open-broker.ts'
import { pushBatches } from '../push-batches.ts'
import { firstUsual } from './plan-seed.ts'

export interface Load {
  batchesPerSecond: number
  /** At most: the measurement is over before. */
  seconds: number
}

export interface Loaded<T> {
  result: T
  /** Batches that were answered while the measurement ran. */
  pushed: number
  entriesPerSecond: number
}

/** Measures while usual agents send at an even pace. Throws when the load ended first: then it was none. */
export async function loadWhile<T>(
  broker: Broker,
  { batchesPerSecond, seconds }: Load,
  measure: () => Promise<T>,
): Promise<Loaded<T>> {
  const { batches, fromMs } = makeLoad(broker, batchesPerSecond * seconds, batchesPerSecond)
  await wait(Math.max(0, fromMs - Date.now())) // lines of the future would be another load
  const over = new AbortController()
  const { ingestUrl: url, agents } = broker
  const startedMs = performance.now()
  const pushing = pushBatches({ url, agents, batches, perSecond: batchesPerSecond, signal: over.signal })
  try {
    const result = await measure()
    const tookS = (performance.now() - startedMs) / 1000
    if (tookS > seconds) throw new Error(`the load ended after ${seconds} s, the measurement took ${tookS} s`)
    over.abort()
    const pushed = (await pushing).latenciesMs.length
    return { result, pushed, entriesPerSecond: (pushed * 1_000) / tookS }
  } finally {
    over.abort()
    await pushing.catch(() => undefined) // told above, unless the measurement itself failed
    await untilDrained(broker.lookRedis)
  }
}

/** Of usual agents alone: those with a role keep it. All are made before the first is sent, at the time of its lines. */
function makeLoad(
  { agents }: Broker,
  count: number,
  perSecond: number,
): { batches: Batch[]; fromMs: number } {
  const usual = agents.length - firstUsual
  const startedMs = performance.now()
  makeBatches({ batches: usual, agents: usual, fromMs: Date.now(), spanMs: 1_000 })
  const makingMs = ((performance.now() - startedMs) / usual) * count
  const fromMs = Date.now() + Math.floor(makingMs * 0.8)
  const made = makeBatches({ batches: count, agents: usual, fromMs, spanMs: (count / perSecond) * 1_000 })
  return { batches: made.map((batch) => ({ ...batch, agent: batch.agent + firstUsual })), fromMs }
}
