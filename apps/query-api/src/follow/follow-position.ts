import type { LogTime } from '@logboom/contracts'
import type { Commit, Snapshot } from '@logboom/db'
import { z } from 'zod'
import { decodeCursor, encodeCursor } from '../cursor.ts'

const Whole = z.int().min(0)

/** Within a batch: the last line, or the last gap, for gaps come after all lines. */
const Within = z.union([
  z.object({ row: z.tuple([Whole, Whole.max(2_147_483_647), z.guid()]) }),
  z.object({ gap: z.guid() }),
])

/** As short as can be, for each event carries one. */
const CursorPosition = z.object({
  x: Whole,
  b: Whole,
  w: Within.optional(),
  s: z.object({ xmin: Whole, xmax: Whole, running: z.array(Whole) }).optional(),
  t: z.tuple([Whole, Whole.max(999)]).optional(),
})

export type Within = z.output<typeof Within>

/** How far a follower has come in the order of commit. */
export interface FollowPosition {
  /** Everything before this batch was given, and the batch itself as far as `within` says, or all of it. */
  xid: number
  batchNo: number
  within: Within | null
  /** What is visible in it was given, or was not asked for: where following began, until all of its time is past. */
  seen: Snapshot | null
  /** Lines before it are not asked for; relative times were resolved when following began. */
  since: LogTime | null
}

/** A position belongs to no filters: whoever changes them may go on from where it is. */
const purpose = 'follow'

export function encodePosition({ xid, batchNo, within, seen, since }: FollowPosition): string {
  const position: z.input<typeof CursorPosition> = {
    x: xid,
    b: batchNo,
    ...(within && { w: within }),
    ...(seen && seen.xmax > xid && { s: seen }),
    ...(since && { t: [since.us, since.ns] }),
  }
  return encodeCursor(purpose, position)
}

/** @throws {Problem} 400 for what is none of ours */
export function decodePosition(text: string): FollowPosition {
  const { x, b, w = null, s = null, t } = decodeCursor(text, purpose, CursorPosition, 'last_event_id')
  return { xid: x, batchNo: b, within: w, seen: s, since: t ? { us: t[0], ns: t[1] } : null }
}

export type Place = Pick<FollowPosition, 'xid' | 'batchNo'>

/** Negative, zero or positive as `a` is before, at or after `b`. */
export function comparePlaces(a: Place, b: Place): number {
  return a.xid - b.xid || a.batchNo - b.batchNo
}

/** Further on, with everything before given. */
export function moved(position: FollowPosition, { xid, batchNo }: Place): FollowPosition {
  const { seen } = position
  return { ...position, xid, batchNo, within: null, seen: seen && seen.xmax > xid ? seen : null }
}

/** Whether all of a batch was given before. */
export function isPast(position: FollowPosition, commit: Pick<Commit, 'xid' | 'batchNo'>): boolean {
  if (position.seen && isVisibleIn(position.seen, commit.xid)) return true
  const order = comparePlaces(commit, position)
  return order < 0 || (order === 0 && position.within === null)
}

export function isVisibleIn({ xmin, xmax, running }: Snapshot, xid: number): boolean {
  return xid < xmin || (xid < xmax && !running.includes(xid))
}
