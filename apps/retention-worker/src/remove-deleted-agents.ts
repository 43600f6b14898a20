import {
  deleteAgentLedger,
  deleteAgentRecords,
  deleteStreamRows,
  listDeletedAgents,
  listLeaves,
  removeAgent,
} from '@logboom/db'
import type { DeletedAgent, LeafState } from '@logboom/db'
import { deleteInBatches } from './delete-in-batches.ts'
import type { Work } from './work.ts'

/** Removes what deleted agents left: rows in batches, gaps, dead letters and batches of the ledger, and at last themselves. Returns the rows. */
export async function removeDeletedAgents(work: Work): Promise<number> {
  const agents = await listDeletedAgents(work.db.pool)
  if (agents.length === 0) return 0
  const leaves = (await listLeaves(work.db.pool)).filter((leaf) => leaf.state === 'attached')
  let total = 0
  for (const agent of agents) total += await removeDeletedAgent(work, agent, leaves)
  return total
}

async function removeDeletedAgent(
  work: Work,
  { id, streamIds }: DeletedAgent,
  leaves: LeafState[],
): Promise<number> {
  const { pool } = work.db
  const limit = work.terms.maxDeleteBatch
  const kind = 'agent_deleted'
  let total = 0
  for (const leaf of leaves) {
    const wanted = { leaf, streamIds, before: 'infinity', limit, kind, subject: id } as const
    const deleteBatch = async () => {
      const rows = await deleteStreamRows(pool, work.signer, wanted)
      return { rows, isLast: rows < limit }
    }
    total += await deleteInBatches(work, { kind, subject: id, deleteBatch })
  }
  while ((await work.mayGoOn()) && (await deleteAgentRecords(pool, work.signer, { agentId: id, limit })) > 0);
  await forgetBatches(work, id)
  // rows that a writer brought in meanwhile are for the next run
  const isGone = (await work.mayGoOn()) && (await removeAgent(pool, work.signer, id))
  work.log.info('deleted agent removed', { agentId: id, rows: total, isGone })
  return total
}

async function forgetBatches(work: Work, agentId: string): Promise<void> {
  const limit = work.terms.maxDeleteBatch
  for (let afterNumber: string | null = '0'; afterNumber !== null && (await work.mayGoOn());) {
    afterNumber = await deleteAgentLedger(work.db.pool, { agentId, afterNumber, limit })
  }
}
