import { foldCounts } from '@logboom/db'
import type { Work } from './work.ts'

const limit = 10_000

/** Folds the count deltas that there are, in bounded transactions. */
export async function foldAll(work: Work): Promise<void> {
  while (await work.mayGoOn()) {
    const taken = await foldCounts(work.db.pool, { limit })
    work.metrics.folded(taken)
    if (taken < limit) return
  }
}
