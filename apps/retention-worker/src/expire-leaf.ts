import {
  classifyDatabaseError,
  countLeaf,
  deleteExpiredRows,
  detachPartition,
  dropPartition,
  finishDetach,
  isMissingTable,
  isStatementTimeout,
  probeLeaf,
  rewritePartition,
} from '@logboom/db'
import type { LeafState } from '@logboom/db'
import { deleteInBatches } from './delete-in-batches.ts'
import type { Work } from './work.ts'

export type LeafFate = 'untouched' | 'dropped' | 'rewritten' | 'rows_deleted' | 'postponed'

export interface ExpiredLeaf {
  fate: LeafFate
  rows: number
}

/** A leaf that cannot be dropped for so long, because of an open transaction, is emptied row by row. */
const dropPatienceMs = 60_000
/** Storing live rows again locks their leaf: about a second for so many. */
const rewriteRowsMax = 100_000
const untouched: ExpiredLeaf = { fate: 'untouched', rows: 0 }
const postponed: ExpiredLeaf = { fate: 'postponed', rows: 0 }

/**
 * Does to one leaf what retention asks for, in the cheapest way: nothing, drop it whole, rewrite it with the few rows
 * that are live, or delete the expired rows in batches. Goes on where a killed run left off.
 */
export async function expireLeaf(work: Work, leaf: LeafState): Promise<ExpiredLeaf> {
  try {
    return await expire(work, leaf)
  } catch (error) {
    if (isMissingTable(error)) return untouched
    if (!isInUse(error)) throw error
    work.log.debug('partition is in use, later', { partition: leaf.name, err: error })
    return postponed
  }
}

async function expire(work: Work, leaf: LeafState): Promise<ExpiredLeaf> {
  const { pool } = work.db
  if (leaf.state === 'detaching') {
    const state = await finishDetach(pool, leaf)
    if (state === 'held') return postponed
    if (state === 'detached') return drop(work, leaf)
  }
  const { hasLive, hasExpired } = await probeLeaf(pool, leaf)
  if (!hasLive && (hasExpired || leaf.isQuiet)) return dropWhole(work, leaf, hasExpired)
  if (leaf.isPast && (hasExpired || leaf.deletedRows > 0)) {
    const { live, expired } = await countLeaf(pool, leaf)
    if (live <= rewriteRowsMax && live * 4 <= expired + leaf.deletedRows)
      return rewrite(work, leaf, hasExpired)
  }
  return hasExpired ? deleteRows(work, leaf) : untouched
}

async function dropWhole(work: Work, leaf: LeafState, hasRows: boolean): Promise<ExpiredLeaf> {
  if ((await detachPartition(work.db.pool, leaf)) === 'detached') return drop(work, leaf)
  const sinceMs = work.heldSince.get(leaf.name) ?? Date.now()
  work.heldSince.set(leaf.name, sinceMs)
  if (!hasRows || Date.now() - sinceMs < dropPatienceMs) return postponed
  return deleteRows(work, leaf)
}

async function drop(work: Work, leaf: LeafState): Promise<ExpiredLeaf> {
  const dropped = await dropPartition(work.db.pool, work.signer, leaf)
  work.heldSince.delete(leaf.name)
  if (!dropped) return untouched
  work.metrics.deleted('partition_dropped', dropped.rows)
  work.log.debug('partition dropped', { partition: leaf.name, ...dropped })
  return { fate: 'dropped', rows: dropped.rows }
}

async function rewrite(work: Work, leaf: LeafState, hasExpired: boolean): Promise<ExpiredLeaf> {
  try {
    const rows = await rewritePartition(work.db.pool, work.signer, leaf)
    work.metrics.deleted('rows_deleted', rows)
    work.log.debug('partition rewritten', { partition: leaf.name, rows })
    return { fate: 'rewritten', rows }
  } catch (error) {
    // The rows go now, their space when nobody reads the leaf any more.
    if (!hasExpired || !isInUse(error)) throw error
    return deleteRows(work, leaf)
  }
}

async function deleteRows(work: Work, leaf: LeafState): Promise<ExpiredLeaf> {
  let fromCtid: string | null = '(0,0)'
  const rows = await deleteInBatches(work, {
    kind: 'rows_deleted',
    subject: leaf.name,
    async deleteBatch() {
      const at = { leaf, fromCtid: fromCtid ?? '(0,0)', limit: work.terms.maxDeleteBatch }
      const batch = await deleteExpiredRows(work.db.pool, work.signer, at)
      fromCtid = batch.nextCtid
      return { rows: batch.rows, isLast: batch.nextCtid === null }
    },
  })
  return { fate: 'rows_deleted', rows }
}

function isInUse(error: unknown): boolean {
  return classifyDatabaseError(error) === 'retry' || isStatementTimeout(error)
}
