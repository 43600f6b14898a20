import { untilDrained } from '@logboom/system'
import { exportRows, measureCopy } from '../copy-limit.ts'
import type { CopyRun } from '../copy-limit.ts'
import { makeBatches } from '../make-batches.ts'
import type { Batch, BatchPlan } from '../make-batches.ts'
import type { Broker, ProcessName } from '../open-broker.ts'
import { pushBatches } from '../push-batches.ts'
import { emptyTables, expectRows, measureBytes, walBytes } from '../stored-rows.ts'
import type { StoredBytes } from '../stored-rows.ts'
import { watchDepth } from '../watch-depth.ts'
import type { DepthWatch } from '../watch-depth.ts'

export interface IngestRun {
  entriesPerSecond: number
  /** Microseconds of processor time per entry. */
  cpu: Record<ProcessName, number>
  bytes: StoredBytes
  walPerEntry: number
  depth: DepthWatch['samples']
  /** A batch a COPY, as text. */
  limit: CopyRun
  /** Sixteen batches a COPY, in binary: PostgreSQL's own limit. */
  bestLimit: CopyRun
}

/** So many batches may be under way: enough that no writer waits, few enough that the end is soon drained. */
const depthMax = 40
const rowsPerBatch = 1_000
/** As the writers do it. */
const batchesTogether = 16

export type RunPlan = Omit<BatchPlan, 'fromMs' | 'spanMs'>

/**
 * One run from an empty table: pushes the batches as fast as the queue is drained, waits until it is empty, counts every
 * row, and then has PostgreSQL take the same rows by bare COPY, in the plainest way and in the best.
 */
export async function measureIngest(broker: Broker, plan: RunPlan): Promise<IngestRun> {
  await emptyTables(broker.pool)
  // The lines of the last seconds before now, as fast as they will come in.
  const batches = makeBatches({ spanMs: plan.batches * 15, fromMs: Date.now() - plan.batches * 15, ...plan })
  const entries = batches.reduce((sum, batch) => sum + batch.entries, 0)
  const walBefore = await walBytes(broker.pool)
  const cpuBefore = broker.cpu()
  const { seconds, depth } = await pushAndDrain(broker, batches)
  const cpuAfter = broker.cpu()
  const walPerEntry = ((await walBytes(broker.pool)) - walBefore) / entries
  await expectRows(broker.pool, entries - batches.reduce((sum, { repeats }) => sum + repeats, 0))
  const bytes = await measureBytes(broker.pool)
  const text = await exportRows(broker.pool, 'text', rowsPerBatch)
  const binary = await exportRows(broker.pool, 'binary', rowsPerBatch * batchesTogether)
  await emptyTables(broker.pool)
  const { url, pid } = broker.postgres
  const bestLimit = await measureCopy(url, pid, { format: 'binary', chunks: binary })
  await emptyTables(broker.pool)
  const limit = await measureCopy(url, pid, { format: 'text', chunks: text })
  const cpuOf = (name: ProcessName) => (cpuAfter[name] - cpuBefore[name]) / entries
  const cpu = Object.fromEntries(
    Object.keys(cpuAfter).map((name) => [name, cpuOf(name as ProcessName)]), // Object.keys forgets them
  ) as IngestRun['cpu']
  return { entriesPerSecond: entries / seconds, cpu, bytes, walPerEntry, depth, limit, bestLimit }
}

/** As fast as the queue is drained, until it is empty. */
export async function pushAndDrain(
  broker: Broker,
  batches: readonly Batch[],
): Promise<{ seconds: number; depth: DepthWatch['samples'] }> {
  const watch = watchDepth(broker.lookRedis)
  const startedMs = performance.now()
  const { ingestUrl: url, agents } = broker
  await pushBatches({ url, agents, batches, holdBack: () => watch.now() > depthMax })
  await untilDrained(broker.lookRedis)
  const seconds = (performance.now() - startedMs) / 1000
  await watch.stop()
  return { seconds, depth: watch.samples }
}
