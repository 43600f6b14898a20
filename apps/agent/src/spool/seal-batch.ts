import { randomUUID } from 'node:crypto'
import { formatMicros } from '@logboom/contracts'
import type { Gap } from '@logboom/contracts'
import type { Lane } from './batch-file.ts'
import { streamsOf } from './buffered.ts'
import type { Buffered } from './buffered.ts'
import type { Positions } from './position.ts'
import { packBody } from './push-body.ts'
import type { ReadReport } from './read-progress.ts'
import type { BatchDraft, PartDraft } from './spool.ts'

export interface SealedContent {
  buffer: Buffered
  positions: Positions
  /** Lines that are not sent because there are too many. */
  dropped: readonly Gap[]
  untold: readonly { id: number; gap: Gap }[]
  report: ReadReport | null
  /** Others wait to be sent: what is urgent need not wait with the rest. */
  isBacklog: boolean
  isFollowed: boolean
  mayDrop: boolean
  sealedMs: number
}

/** What is written to the spool: one part, or more where gaps and urgent lines are to go ahead of the rest. */
export async function sealBatch(content: SealedContent): Promise<BatchDraft> {
  const { positions, sealedMs, mayDrop } = content
  return { sealedMs, positions, mayDrop, parts: await partsOf(content) }
}

async function partsOf(content: SealedContent): Promise<PartDraft[]> {
  const { buffer, dropped, untold, isBacklog } = content
  if (!isBacklog || untold.length === 0) return linesOf(content)
  // What waits says how far all is read: what is missing of it is told before.
  const told = await gapPart(content)
  const isAll = buffer.logs.count + buffer.gaps.length + dropped.length === 0
  return isAll ? [told] : [told, ...(await linesOf({ ...content, untold: [] }))]
}

async function linesOf(content: SealedContent): Promise<PartDraft[]> {
  const { logs } = content.buffer
  const isMixed = logs.urgentCount > 0 && logs.urgentCount < logs.count
  const isSplit = content.isBacklog && isMixed && !content.isFollowed
  return isSplit
    ? Promise.all([onePart(content, 'urgent', [true]), onePart(content, 'rest', [false])])
    : [await onePart(content, laneOf(content), [true, false])]
}

/** Gaps alone, of lines that are gone from the spool or were not taken by the broker. */
async function gapPart({ untold, sealedMs }: SealedContent): Promise<PartDraft> {
  const key = randomUUID()
  const gaps = untold.map(({ gap }) => gap)
  const body = await packBody({
    key,
    sentAt: formatMicros(sealedMs * 1000),
    gaps,
    logs: Buffer.alloc(0),
  })
  return { key, lane: 'urgent', entries: 0, gapIds: untold.map(({ id }) => id), streams: [], body }
}

function laneOf({ isFollowed, isBacklog, buffer: { logs } }: SealedContent): Lane {
  if (isFollowed) return 'followed'
  return isBacklog && logs.count > 0 && logs.urgentCount === logs.count ? 'urgent' : 'rest'
}

async function onePart(content: SealedContent, lane: Lane, kinds: readonly boolean[]): Promise<PartDraft> {
  const { buffer, sealedMs, untold, report, isBacklog } = content
  const { logs, streams } = buffer
  const isWhole = kinds.length === 2
  const isUrgentAlone = !isWhole && kinds[0] === true
  const key = randomUUID()
  // Never before the lines themselves: after a clock was set back they would be refused as lying in the future.
  const sentAt = formatMicros(Math.max(sealedMs * 1000, buffer.latestUs))
  // Those of the ledger last: whoever drops the part counts on it.
  const gaps = isUrgentAlone ? [] : [...buffer.gaps, ...content.dropped, ...untold.map(({ gap }) => gap)]
  // What overtakes others cannot speak for them.
  const readUntil = lane === 'rest' || !isBacklog ? report : null
  const body = await packBody({
    key,
    sentAt,
    gaps,
    readUntil,
    logs: isWhole ? logs : logs.pick(isUrgentAlone),
  })
  const urgent = kinds.includes(true) ? [streams.urgent] : []
  const rest = kinds.includes(false) ? [streams.rest] : []
  return {
    key,
    lane,
    entries: isWhole ? logs.count : isUrgentAlone ? logs.urgentCount : logs.count - logs.urgentCount,
    gapIds: isUrgentAlone ? [] : untold.map(({ id }) => id),
    streams: streamsOf(...urgent, ...rest),
    body,
  }
}
