import { z } from 'zod'

const CursorTime = z.object({ us: z.int().min(0), ns: z.int().min(0).max(999) })

/**
 * Relative times are resolved on the first page: counted anew on each, they would drop what earlier pages
 * left over.
 */
export const LogPosition = z.object({
  after: z.object({ us: z.int().min(0), suborder: z.int().min(-1).max(2_147_483_647), id: z.guid() }),
  since: CursorTime.nullable(),
  until: CursorTime.nullable(),
  seen: z.int().min(0),
})
