import { listLeaves } from '@logboom/db'
import { expireLeaf } from './expire-leaf.ts'
import type { Work } from './work.ts'

/**
 * Tries the leaves again that an open transaction kept from being dropped, and no others: a run looks at every leaf,
 * which is too much for every second. Their space comes back as soon as the reader has gone.
 */
export async function expireHeld(work: Work): Promise<void> {
  if (work.heldSince.size === 0) return
  const leaves = await listLeaves(work.db.pool)
  const names = new Set(leaves.map(({ name }) => name))
  for (const name of work.heldSince.keys()) if (!names.has(name)) work.heldSince.delete(name)
  for (const leaf of leaves.filter(({ name }) => work.heldSince.has(name))) {
    if (!(await work.mayGoOn())) return
    await expireLeaf(work, leaf)
  }
}
