import { deleteStreamRows, findBoundCut, findOverfull, listLeaves } from '@logboom/db'
import type { BoundCut, LeafState, Overfull } from '@logboom/db'
import { deleteInBatches } from './delete-in-batches.ts'
import { foldAll } from './fold-all.ts'
import type { Work } from './work.ts'

/**
 * Deletes the oldest rows of agents, then of deployment objects, that have more than they may. Returns the rows.
 * Where to cut is known from the counts by minute; the rows are found by stream and time.
 */
export async function enforceBounds(work: Work): Promise<number> {
  let rows = 0
  for (const kind of ['agent_bound', 'deployment_bound'] as const) {
    await foldAll(work)
    const overfull = (await findOverfull(work.db.pool, work.terms)).filter((one) => one.kind === kind)
    for (const one of overfull) rows += await cutOff(work, one)
  }
  if (rows > 0) await foldAll(work)
  return rows
}

async function cutOff(work: Work, overfull: Overfull): Promise<number> {
  const { kind, subject, excess } = overfull
  const cut = await findBoundCut(work.db.pool, overfull)
  if (!cut) return 0
  const leaves = (await listLeaves(work.db.pool)).filter(
    (leaf) => leaf.state === 'attached' && leaf.from < cut.nextMinute,
  )
  const rows =
    (await cutMinutesBefore(work, overfull, cut, leaves)) + (await cutWithin(work, overfull, cut, leaves))
  work.log.info('oldest lines above the bound deleted', { kind, subject, excess, rows })
  return rows
}

async function cutMinutesBefore(
  work: Work,
  overfull: Overfull,
  cut: BoundCut,
  leaves: LeafState[],
): Promise<number> {
  const { kind, subject, streamIds } = overfull
  const limit = work.terms.maxDeleteBatch
  let total = 0
  for (const leaf of leaves) {
    total += await deleteInBatches(work, {
      kind,
      subject,
      async deleteBatch() {
        const wanted = { leaf, streamIds, before: cut.minute, limit, kind, subject }
        const rows = await deleteStreamRows(work.db.pool, work.signer, wanted)
        return { rows, isLast: rows < limit }
      },
    })
  }
  return total
}

/** Of the last minute only as many as are above the bound, in order. */
async function cutWithin(
  work: Work,
  overfull: Overfull,
  cut: BoundCut,
  leaves: LeafState[],
): Promise<number> {
  const { kind, subject, streamIds } = overfull
  let left = cut.rowsWithin
  for (const leaf of leaves) {
    if (left <= 0) break
    await deleteInBatches(work, {
      kind,
      subject,
      async deleteBatch() {
        const limit = Math.min(left, work.terms.maxDeleteBatch)
        const wanted = { leaf, streamIds, before: cut.nextMinute, limit, inOrder: true, kind, subject }
        const rows = await deleteStreamRows(work.db.pool, work.signer, wanted)
        left -= rows
        return { rows, isLast: left <= 0 || rows < limit }
      },
    })
  }
  return cut.rowsWithin - left
}
