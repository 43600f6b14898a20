import type { Gap, LogTime } from '@logboom/contracts'
import type { Position } from '../spool/position.ts'

/** Where lines come from, as the wire names it. */
export interface StreamNames {
  namespace: string
  podName: string
  containerName: string
  labels: Record<string, string>
}

/** Something that yields lines: a file in one of its lives, a pipe; later a container. */
export interface Source {
  /** Unique among the sources of this agent, and the same after a restart if the source can be resumed. */
  readonly key: string
  readonly names: StreamNames
  /** Whether the lines of a private key are passing; kept here so that it survives a restart with the position. */
  insideKey: boolean
  /** Where to go on when all that was pushed so far is safe; null for what cannot be read twice. */
  position(): Position | null
}

/** One line, from whatever source, before anybody looked into it. */
export interface RawLine {
  source: Source
  text: string
  /** The source's own clock, or the time of reading; strictly increasing within the source. */
  time: LogTime
  /** Counts the lines of the source; orders lines of equal time. */
  seq: number
  /** Unique with the time: the same line, read again from the same place, has the same id. */
  entryId: string
  output: 'stdout' | 'stderr' | null
  /** Bytes that the splitter dropped because the line was too long. */
  lostBytes: number
  /** For the rest of a line whose beginning was sent before its newline came: the id of that beginning. */
  continues: string | null
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
}
