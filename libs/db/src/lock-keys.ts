/**
 * First halves of transaction-level advisory locks; PgBouncer may stand between, so none is held by a session.
 * They are numbers of this product alone, as other programs may lock in the same database.
 */
export const lockKeys = {
  /** Second half: the retention class whose leaves change. */
  partitions: 722_614_202,
  /** The chain of receipts grows at one end. */
  receipts: 722_614_203,
  /** Classes and their partitions come and go. */
  classes: 722_614_204,
  /** Counts are folded one batch at a time. */
  counts: 722_614_205,
  /** Replicas that start at once make one key. */
  signingKeys: 722_614_207,
  /** Second half: whoever saves a search. */
  savedSearches: 722_614_208,
  /** The first admin key is made, or one is revoked. */
  admins: 722_614_206,
} as const
