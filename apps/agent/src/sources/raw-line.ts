import type { Gap, LogTime } from '@logboom/contracts'
import type { SeenLines } from '../identity/seen-lines.ts'
import type { LineMemory, Position } from '../spool/position.ts'

/** Where lines come from, as the wire names it. */
export interface StreamNames {
  namespace: string
  podName: string
  containerName: string
  /** Of a pod: what tells it from its predecessor of the same name. */
  podUid: string | null
  node: string | null
  deploymentObjectId: string | null
  workOrderId: string | null
  labels: Record<string, string>
}

/** Something that yields lines: a file in one of its lives, a pipe, a container. */
export interface Source {
  /** Unique among the sources of this agent, and the same after a restart if the source can be resumed. */
  readonly key: string
  /** May be replaced while the source is read, by one that knows more: a line is named by what is known when it is pushed. */
  readonly names: StreamNames
  /** Its lines wait where they are while there is no room for them, as those of a file do. */
  readonly keepsLines?: boolean
  /** Nobody reads it any more, though it may have more lines: reports of how far all is read do not count it. */
  readonly isLeft?: boolean
  /** What the pipeline remembers from line to line; kept here so that it survives a restart with the position. */
  memory: LineMemory
  /** Of sources whose lines are known by their content; null where each line has its id from its place. */
  readonly seen: SeenLines | null
  /** Where to go on when all that was pushed so far is safe; null for what cannot be read twice. */
  position(): Position | null
  /** Everything that the source had yielded until then was pushed, in microseconds since 1970; null while that is not known. */
  readUntilUs(): number | null
}

/** One line, from whatever source, before anybody looked into it. */
export interface RawLine {
  source: Source
  text: string
  /** The source's own clock, or the time of reading, which then is strictly increasing within the source. */
  time: LogTime
  /** Counts the lines of the source; orders lines of equal time. */
  seq: number
  /**
   * Unique with the time: the same line, read again, has the same id. Null where `source.seen` makes it of the content,
   * once secrets are masked.
   */
  entryId: string | null
  output: 'stdout' | 'stderr' | null
  /** Bytes of the line as it was read, without its newline, those that were not kept included. */
  rawBytes: number
  /** Bytes that the splitter dropped because the line was too long. */
  lostBytes: number
  /** For the rest of a line whose beginning was sent before its newline came: the id of that beginning. */
  continues: string | null
  /** It came without a time, and has that of the line before it. */
  isTimeEstimated?: boolean
  /** For a piece of a line that was taken before its newline came: more of it may follow. */
  isOpen?: boolean
}

/** Where all sources pour into. */
export interface LineSink {
  /**
   * Takes a line; `source.position()` must count it as done already. A promise means: wait, there is no room for more.
   */
  push(line: RawLine): Promise<void> | undefined
  /** Lines that are known to be missing; stored together with the position that lies behind them. */
  addGap(source: Source, gap: Gap): void
  /** The position moved without a line. */
  touch(source: Source): void
  /** The source is read from now on, though it may have no line yet: reports of how far all is read count it. */
  register?(source: Source): void
}
