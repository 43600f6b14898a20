import type { StoredGap } from '@logboom/contracts'
import { takesGap } from './follow-filter.ts'
import type { FollowFilter } from './follow-filter.ts'
import type { FollowEvent } from './follow-events.ts'
import type { FollowPosition, Within } from './follow-position.ts'
import type { Batch, BatchLine } from './read-batches.ts'

/** An event that can be left out, with what is lost then. */
export interface BatchEvent {
  event: Extract<FollowEvent, { type: 'entries' | 'gap' }>
  position: FollowPosition
  lines: readonly BatchLine[]
}

/** Of one event: what is sent late, since a client is slow, is sent in pieces that a small buffer holds. */
const linesMax = 500
const charsMax = 64 * 1024

export interface BatchView {
  filter: FollowFilter
  takesLine: (line: BatchLine) => boolean
  /** Where the follower was before it. */
  after: FollowPosition
}

/** What of a batch a follower is given: its lines in the order of time, then its gaps. The last event ends the batch. */
export function batchEventsOf(batch: Batch, { filter, takesLine, after }: BatchView): BatchEvent[] {
  const { xid, batchNo } = batch.commit
  const within = after.xid === xid && after.batchNo === batchNo ? after.within : null
  const lines = batch.lines.filter((line) => isBeyond(line, within) && takesLine(line))
  const gaps = batch.gaps.filter(
    ({ gap, beside }) => isGapBeyond(gap.id, within) && takesGap(filter, gap, beside),
  )
  const at = (where: Within | null): FollowPosition => ({ ...after, xid, batchNo, within: where })
  const events: BatchEvent[] = []
  for (const group of groupsOf(lines)) {
    const position = at(positionWithin(group.at(-1)))
    events.push({
      event: { type: 'entries', position, texts: group.map((line) => line.text()) },
      position,
      lines: group,
    })
  }
  for (const { gap } of gaps) {
    const position = at({ gap: gap.id })
    events.push({ event: { type: 'gap', position, gap: storedGapOf(gap) }, position, lines: [] })
  }
  const last = events.at(-1)
  if (last) {
    last.position = at(null)
    last.event.position = last.position
  }
  return events
}

function* groupsOf(lines: readonly BatchLine[]): Generator<BatchLine[]> {
  let group: BatchLine[] = []
  let chars = 0
  for (const line of lines) {
    const length = line.text().length
    if (group.length === linesMax || (group.length > 0 && chars + length > charsMax)) {
      yield group
      group = []
      chars = 0
    }
    group.push(line)
    chars += length
  }
  if (group.length > 0) yield group
}

function positionWithin(line: BatchLine | undefined): Within | null {
  return line ? { row: [line.row.us, line.row.suborder, line.row.id] } : null
}

function isBeyond({ row }: BatchLine, within: Within | null): boolean {
  if (within === null) return true
  if ('gap' in within) return false
  const [us, suborder, id] = within.row
  return (row.us - us || row.suborder - suborder || (row.id < id ? -1 : Number(row.id > id))) > 0
}

function isGapBeyond(id: string, within: Within | null): boolean {
  return within === null || !('gap' in within) || id > within.gap
}

function storedGapOf({
  part: _part,
  streamIds: _streamIds,
  ...gap
}: StoredGap & { part: number; streamIds: string[] }): StoredGap {
  return gap
}
