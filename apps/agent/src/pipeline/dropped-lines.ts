import { compareTimes, formatTimestamp } from '@logboom/contracts'
import type { Gap, LogTime } from '@logboom/contracts'
import type { RawLine, Source } from '../sources/raw-line.ts'
import type { DropReason } from './limit-rate.ts'

/** Lines that are not sent because there are too many, until a batch is sealed that tells of them. */
export interface DroppedLines {
  add(line: RawLine, reason: DropReason): void
  /** Streams and reasons, each of which becomes a gap. */
  readonly size: number
  gaps(): Gap[]
}

interface Dropped {
  source: Source
  reason: DropReason
  from: LogTime
  to: LogTime
  lines: number
  bytes: number
}

export function createDroppedLines(): DroppedLines {
  const drops = new Map<Source, Dropped[]>()
  let size = 0
  return {
    add(line, reason) {
      const ofSource = drops.get(line.source) ?? []
      const drop = ofSource.find((known) => known.reason === reason)
      if (drop) return grow(drop, line)
      drops.set(line.source, [...ofSource, dropOf(line, reason)])
      size += 1
    },
    get size() {
      return size
    },
    gaps: () => [...drops.values()].flat().map((drop) => gapOfDrop(drop)),
  }
}

function dropOf({ source, time, rawBytes }: RawLine, reason: DropReason): Dropped {
  return { source, reason, from: time, to: time, lines: 1, bytes: rawBytes }
}

function grow(drop: Dropped, { time, rawBytes }: RawLine): void {
  drop.lines += 1
  drop.bytes += rawBytes
  if (compareTimes(time, drop.from) < 0) drop.from = time
  if (compareTimes(time, drop.to) > 0) drop.to = time
}

function gapOfDrop({ source, reason, from, to, lines, bytes }: Dropped): Gap {
  const { namespace, podName, containerName } = source.names
  return {
    namespace,
    pod_name: podName,
    container_name: containerName,
    from: formatTimestamp(from),
    to: formatTimestamp(to),
    lines,
    bytes,
    reason,
    exact: true,
  }
}
