import {
  deleteExpiredDeadLetters,
  deleteExpiredGaps,
  deleteExpiredLedger,
  deleteExpiredSessions,
  deleteIdleStreams,
  deleteSilentInstances,
  forgetOldReports,
  purgeReceipts,
} from '@logboom/db'
import { deleteInBatches } from './delete-in-batches.ts'
import type { Work } from './work.ts'

/** An agent may be away for so long and still be told how far its batches are committed. */
const silentDays = 30
const receiptsKeptDays = 90

/** Deletes everything besides rows in which a line, or a name of what wrote it, lives on, and sessions that have ended. */
export async function deleteOldRecords(work: Work): Promise<void> {
  const { pool } = work.db
  const limit = work.terms.maxDeleteBatch
  await deleteAll(work, 'dead_letters_deleted', () => deleteExpiredDeadLetters(pool, work.signer, { limit }))
  await deleteAll(work, 'gaps', () => deleteExpiredGaps(pool, { limit }))
  await deleteAll(work, 'ledger', () => deleteExpiredLedger(pool, { limit }))
  await deleteAll(work, 'reports', () => forgetOldReports(pool, { limit }))
  await deleteAll(work, 'instances', () => deleteSilentInstances(pool, { silentDays, limit }))
  await deleteAll(work, 'streams', () => deleteIdleStreams(pool, { limit }))
  await deleteAll(work, 'sessions', () => deleteExpiredSessions(pool, { limit }))
  await deleteAll(work, 'receipts', () => purgeReceipts(pool, { olderThanDays: receiptsKeptDays, limit }))
}

async function deleteAll(work: Work, kind: string, deleteSome: () => Promise<number>): Promise<void> {
  await deleteInBatches(work, {
    kind,
    subject: kind,
    async deleteBatch() {
      const rows = await deleteSome()
      return { rows, isLast: rows < work.terms.maxDeleteBatch }
    },
  })
}
