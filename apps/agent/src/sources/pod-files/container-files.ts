import type { Logger } from '@logboom/service'
import type { AgentMetrics } from '../../metrics.ts'
import type { LogTime } from '@logboom/contracts'
import type { SourceOptions } from '../kubernetes/container-source.ts'
import type { ManagedPod } from '../kubernetes/managed-pod.ts'
import type { LineSink } from '../raw-line.ts'
import { createLineSplitter } from '../split-lines.ts'
import type { LineSplitter } from '../split-lines.ts'
import { createPartJoiner } from './join-parts.ts'
import type { PartJoiner } from './join-parts.ts'
import type { FoundLog } from './choose-log.ts'
import type { LogReader } from './open-log.ts'
import type { PodFileMetrics } from './pod-file-metrics.ts'
import type { PodFileSource } from './pod-file-source.ts'
import type { LogName } from './pod-log-name.ts'

export interface PodFileDeps extends SourceOptions {
  sink: LineSink
  metrics: Pick<AgentMetrics, 'read'>
  fileMetrics: PodFileMetrics
  log: Logger
  lineBytesMax: number
  /** Silence after which a line whose end has not come is sent as far as it goes. */
  partialMs: number
  /** Silence of a file that was rotated away, upon which nothing more will come. */
  quietMs: number
  /** How long a deleted file is kept open while there is no room for its lines. */
  deletedMs: number
  /** How much is read of the past of a container of which nothing was read. */
  lookbackMs: number
}

/** The log files of one container: those of its lives, one after another, each with those that were rotated away. */
export interface ContainerFiles {
  readonly directory: string
  readonly source: PodFileSource
  pod: ManagedPod
  /** The file that is read; null before the first, and between two. */
  reader: LogReader | null
  /** By what name it was opened. */
  openedAs: LogName | null
  /** The file that was read to its end last. */
  doneThrough: LogName | null
  splitter: LineSplitter
  joiner: PartJoiner
  /** The bytes that are being read, and the offset of the first. */
  around: Buffer
  aroundFrom: number
  /** Where the line begins whose newline has not come, and the bytes before. */
  pending: { offset: number; before: Buffer } | null
  /** Counts the lines of the files. */
  order: number
  /** Of the last line, for one without a time. */
  time: LogTime | null
  /** Lines before it were read before, or are too old; null when the place to begin at is known. */
  skipBeforeUs: number | null
  /** Where earlier readings stood, in microseconds since 1970; and the first line that was not known to them. */
  from: LogTime | null
  firstNew: LogTime | null
  isGapTold: boolean
  /** When bytes came last, and since when another file has been the one that is written; by `performance.now()`. */
  changedAtMs: number
  supersededAtMs: number | null
  /** The open file was the one that is written when its directory had last changed then, in nanoseconds since 1970. */
  currentSinceNs: bigint | null
  /** Whether it is known where to begin. */
  isLocated: boolean
  /** The pod is gone, or its directory is. */
  isRemoved: boolean
  /** It cannot be read, which was said. */
  isUnreadable: boolean
  /** Since when the open file has no name any more, by `performance.now()`. */
  deletedAtMs: number | null
  /** It was given up with so many bytes unread. */
  givenUpBytes: number | null
  /** Later files that were seen and not opened yet, by inode; and the bytes of those that were removed before. */
  waiting: Map<string, FoundLog>
  lostBytes: number | null
}

/** Longer lines of a file hold more than one line can: those of Docker are escaped. */
const fileLineBytesMin = 131_072
const prefixBytesMax = 64

export function createContainerFiles(
  directory: string,
  pod: ManagedPod,
  source: PodFileSource,
  { lineBytesMax }: PodFileDeps,
): ContainerFiles {
  return {
    directory,
    source,
    pod,
    reader: null,
    openedAs: null,
    doneThrough: null,
    splitter: createFileSplitter(lineBytesMax, 0),
    joiner: createPartJoiner(lineBytesMax),
    around: Buffer.alloc(0),
    aroundFrom: 0,
    pending: null,
    order: 0,
    time: null,
    skipBeforeUs: null,
    from: source.seen.resumeAt,
    firstNew: null,
    isGapTold: false,
    changedAtMs: performance.now(),
    supersededAtMs: null,
    currentSinceNs: null,
    isLocated: false,
    isRemoved: false,
    isUnreadable: false,
    deletedAtMs: null,
    givenUpBytes: null,
    waiting: new Map(),
    lostBytes: null,
  }
}

export function createFileSplitter(lineBytesMax: number, offset: number): LineSplitter {
  return createLineSplitter(Math.max(lineBytesMax, fileLineBytesMin) + prefixBytesMax, offset)
}
