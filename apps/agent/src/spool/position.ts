import { levels } from '@logboom/contracts'
import { z } from 'zod'

const Print = z.object({ bytes: z.int().min(0), hash: z.string() })
const Time = z.object({ us: z.int(), ns: z.int() })

/** A line of which a piece was sent before the rest came. */
const OpenLine = z.object({
  output: z.enum(['stdout', 'stderr']).nullable(),
  /** The last characters of the piece as it was sent, without secrets. */
  tail: z.string(),
  /** What goes on being masked in the rest. */
  masks: z.string().nullable(),
})
export type OpenLine = z.infer<typeof OpenLine>

/** The lines that belong together as those of a stack trace do, so far. */
const LineGroup = z.object({
  /** The entry id of the first of them. */
  id: z.string(),
  level: z.enum(levels).nullable(),
  lines: z.int().min(1),
  /** What is being printed, where lines that say nothing by themselves belong to it. */
  kind: z.string().nullable(),
})
export type LineGroup = z.infer<typeof LineGroup>

/** What the pipeline remembers of a source from line to line. Values are replaced, never changed: positions share them. */
const lineMemory = {
  /** Whether the lines of a private key are passing. */
  insideKey: z.boolean().default(false),
  open: OpenLine.nullable().default(null),
  group: LineGroup.nullable().default(null),
  /** Of standard error, where it is told from standard output. */
  errorGroup: LineGroup.nullable().default(null),
}

export const LineMemory = z.object(lineMemory)
export type LineMemory = z.infer<typeof LineMemory>

export const freshMemory = (): LineMemory => ({ insideKey: false, open: null, group: null, errorGroup: null })

/** How far a file was read; small, because positions are written with each batch. */
export const FilePosition = z.object({
  kind: z.literal('file').default('file'),
  /** The path under which the file was first seen, which names its stream. */
  path: z.string(),
  /** Counts the lives of an inode: truncated and written anew, or used for another file. */
  generation: z.int().min(0),
  /** Of the first bytes, as many as there were when they were first read. */
  fingerprint: Print,
  /** The end of the last line that was taken. */
  offset: z.int().min(0),
  /** Of the last bytes before the offset. */
  marker: Print,
  seq: z.int().min(0),
  /** Of the last line. */
  time: Time.nullable(),
  /** The id of the beginning of a line that was sent without its newline. */
  openLine: z.string().nullable(),
  ...lineMemory,
  /** Milliseconds since 1970: when the end of a file that was rotated away or deleted was reached. */
  finishedMs: z.number().nullable(),
})
export type FilePosition = z.infer<typeof FilePosition>

/** The latest lines of a container: microseconds, nanoseconds, hash of the bytes, hash of the text without secrets. */
export const SavedLines = z.array(z.tuple([z.int(), z.int(), z.string(), z.string()]))
export type SavedLines = z.infer<typeof SavedLines>

/** How far the log of a container was read, whichever way: API, file or engine. Its lines are known by time and content. */
export const ContainerPosition = z.object({
  kind: z.literal('container'),
  /** Names the gap, should the container be gone when the agent comes back. */
  namespace: z.string(),
  podName: z.string(),
  containerName: z.string(),
  /** The life of the container that was read last, as the runtime names it. */
  containerId: z.string().nullable(),
  restartCount: z.int().min(0),
  /** The latest time of a line. */
  time: Time.nullable(),
  seen: SavedLines,
  seq: z.int().min(0),
  ...lineMemory,
  /** The file that was read last, where files are read: its number among the container's lives, inode, and offset. */
  file: z
    .object({ name: z.string(), inode: z.string(), offset: z.int().min(0), marker: Print })
    .nullable()
    .default(null),
  /** All of it has been read, and nothing more will come. */
  isDone: z.boolean(),
})
export type ContainerPosition = z.infer<typeof ContainerPosition>

export const Position = z.union([ContainerPosition, FilePosition])
export type Position = z.infer<typeof Position>

/** By source key. */
export type Positions = Record<string, Position>
