import { noOutcome } from '@logboom/contracts'
import type { BatchJob, BatchOutcome } from '@logboom/contracts'
import { advanceCommits } from './advance-commits.ts'
import { claimBatches } from './claim-batches.ts'
import { insertDeadLetter } from './insert-dead-letter.ts'
import { insertGaps } from './insert-gaps.ts'
import type { Database } from './open-database.ts'
import { splitRows } from './split-rows.ts'
import { transaction } from './transaction.ts'

/** The end of a batch that cannot be written at all: each of its rows becomes a dead letter, and the ledger says so. */
export async function deadLetterBatch(db: Database, job: BatchJob, error: Error): Promise<BatchOutcome> {
  const { header } = job
  return transaction(db.pool, async (client) => {
    // without its streams, of which nothing is stored: they may be what is wrong with it
    const [claim] = await claimBatches(client, [{ ...header, streams: [] }])
    if (!claim || claim.kind === 'committed_before') return noOutcome
    if (claim.kind === 'agent_deleted') {
      await claim.settle({ ...noOutcome, agent_deleted: header.entries })
      return { ...noOutcome, agent_deleted: header.entries }
    }
    await insertGaps(client, header)
    for (const row of splitRows(job)) await insertDeadLetter(client, header, row, error)
    const outcome = { ...noOutcome, dead_letter: header.entries }
    await claim.settle(outcome)
    await advanceCommits(client, header)
    return outcome
  })
}
