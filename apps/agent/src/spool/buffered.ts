import { compareTimes, formatTimestamp, levels, severityOf } from '@logboom/contracts'
import type { Entry, Gap, LogTime } from '@logboom/contracts'
import { createDroppedLines } from '../pipeline/dropped-lines.ts'
import type { DroppedLines } from '../pipeline/dropped-lines.ts'
import type { RawLine, Source } from '../sources/raw-line.ts'
import type { ProcessedLine } from '../pipeline/process-line.ts'
import type { StreamPart } from './batch-file.ts'
import { createEntryList } from './entry-list.ts'
import type { EntryList } from './entry-list.ts'
import type { Positions } from './position.ts'

/** Lines that wait to be sealed, with the sources whose positions lie behind them. */
export interface Buffered {
  logs: EntryList
  gaps: Gap[]
  /** Lines that are not sent because there are too many. */
  dropped: DroppedLines
  streams: { urgent: Map<Source, Span>; rest: Map<Source, Span> }
  /** Sources whose position moved. */
  moved: Set<Source>
  /** When the first of it came, by `performance.now()`: the clock on the wall may be set back by hours. */
  sinceAtMs: number | null
  /** The latest time of a line, microseconds since 1970. */
  latestUs: number
  /** Some of it comes from a source that does not keep its lines. */
  cannotWait: boolean
}

interface Span {
  from: LogTime
  to: LogTime
  lines: number
}

export function emptyBuffer(logs: EntryList = createEntryList()): Buffered {
  return {
    logs,
    gaps: [],
    dropped: createDroppedLines(),
    streams: { urgent: new Map(), rest: new Map() },
    moved: new Set(),
    sinceAtMs: null,
    latestUs: 0,
    cannotWait: false,
  }
}

export function touch(buffer: Buffered, source: Source): void {
  buffer.sinceAtMs ??= performance.now()
  buffer.moved.add(source)
  if (!source.keepsLines) buffer.cannotWait = true
}

/** What became of a line that was read. */
export function addLine(buffer: Buffered, line: RawLine, entry: ProcessedLine): void {
  if (entry === 'min_level') return
  buffer.latestUs = Math.max(buffer.latestUs, line.time.us + 1)
  if (typeof entry === 'string') buffer.dropped.add(line, entry)
  else addEntry(buffer, line, entry)
}

function addEntry(buffer: Buffered, { source, time }: RawLine, entry: Entry): void {
  const isFirst = isUrgent(entry)
  buffer.logs.add(JSON.stringify(entry), isFirst)
  const streams = isFirst ? buffer.streams.urgent : buffer.streams.rest
  const span = streams.get(source)
  if (!span) streams.set(source, { from: time, to: time, lines: 1 })
  else {
    span.lines += 1
    if (compareTimes(time, span.to) > 0) span.to = time
    else if (compareTimes(time, span.from) < 0) span.from = time
  }
}

/** What a part holds of each stream. */
export function streamsOf(...maps: ReadonlyMap<Source, Span>[]): StreamPart[] {
  return maps.flatMap((streams) =>
    [...streams].map(([{ names }, { from, to, lines }]) => ({
      namespace: names.namespace,
      podName: names.podName,
      containerName: names.containerName,
      from: formatTimestamp(from),
      to: formatTimestamp(to),
      lines,
    })),
  )
}

export function positionsOf(sources: Iterable<Source>): Positions {
  const positions: Positions = {}
  for (const source of sources) {
    const position = source.position()
    if (position) positions[source.key] = position
  }
  return positions
}

const urgentLevels: ReadonlySet<unknown> = new Set(
  levels.filter((level) => severityOf[level] >= severityOf.WARN),
)

/** WARN and above; lines of a stack trace have the level of its first one. */
function isUrgent({ level }: Entry): boolean {
  return urgentLevels.has(level)
}
