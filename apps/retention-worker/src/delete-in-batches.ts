import { isMissingTable } from '@logboom/db'
import { pace } from './pace.ts'
import type { Work } from './work.ts'

export interface Batches {
  kind: string
  subject: string
  /** Deletes one batch; `isLast` when there is nothing left. */
  deleteBatch: () => Promise<{ rows: number; isLast: boolean }>
}

/** Deletes batch by batch until nothing is left, the process stops or another replica takes over. Returns the rows. */
export async function deleteInBatches(work: Work, { kind, subject, deleteBatch }: Batches): Promise<number> {
  let total = 0
  while (await work.mayGoOn()) {
    const startedMs = performance.now()
    const { rows, isLast } = await deleteBatch().catch(endIfDropped)
    const tookMs = performance.now() - startedMs
    if (rows > 0) {
      total += rows
      work.metrics.deleted(kind, rows)
      work.log.debug('batch deleted', { kind, subject, rows, total, tookMs: Math.round(tookMs) })
    }
    if (isLast) break
    await pace(work, tookMs)
  }
  return total
}

/** The run beside this one drops whole partitions, and what was to be deleted with them. */
function endIfDropped(error: unknown): { rows: number; isLast: boolean } {
  if (isMissingTable(error)) return { rows: 0, isLast: true }
  throw error
}
