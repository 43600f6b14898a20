import type { Logger } from '@logboom/service'
import type { AgentMetrics } from '../metrics.ts'
import { pause } from '../wake-up.ts'
import { sealBatch } from './seal-batch.ts'
import type { SealedContent } from './seal-batch.ts'
import type { Spool } from './spool.ts'

export interface Keeping {
  spool: Spool
  metrics: AgentMetrics
  log: Logger
  signal: AbortSignal
  /** False while neither the disk nor the memory takes a batch. */
  isWritable: boolean
  /** Since when the disk is at a write, by `performance.now()`. */
  writingAtMs: number | null
}

const retryMs = 1_000

/**
 * Brings a batch to the disk, or while that takes nothing, to memory. When that is full as well, reading waits, not the
 * process: nothing is lost that still lies in its file.
 */
export async function keepUntilSafe(content: SealedContent, state: Keeping): Promise<void> {
  const { spool, log, signal } = state
  let draft = await sealBatch(content)
  while (!(await append(draft, state))) {
    // What is sent from memory is counted by itself, and cannot speak for what waits on the disk.
    if (content.report) draft = await sealBatch({ ...content, report: null })
    content.report = null
    if (spool.hold(draft)) break
    if (state.isWritable) log.error('neither the disk nor the memory takes lines, reading pauses')
    state.isWritable = false
    if (signal.aborted) throw new Error('the spool takes nothing, and the process is about to end')
    await pause(retryMs, signal)
  }
  state.isWritable = true
}

async function append(draft: Parameters<Spool['append']>[0], state: Keeping): Promise<boolean> {
  const { spool, metrics } = state
  const startedMs = performance.now()
  state.writingAtMs = startedMs
  try {
    await spool.append(draft)
    metrics.fsync(performance.now() - startedMs)
    return true
  } catch {
    return false // told by the spool
  } finally {
    state.writingAtMs = null
  }
}
