import { z } from 'zod'

const Print = z.object({ bytes: z.int().min(0), hash: z.string() })

/** How far a file was read; small, because the position of every file is rewritten with each checkpoint. */
export const Position = z.object({
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
  time: z.object({ us: z.int(), ns: z.int() }).nullable(),
  /** The id of the beginning of a line that was sent without its newline. */
  openLine: z.string().nullable(),
  insideKey: z.boolean(),
  /** Milliseconds since 1970: when the end of a file that was rotated away or deleted was reached. */
  finishedMs: z.number().nullable(),
})

export type Position = z.infer<typeof Position>

/** By source key. */
export type Positions = Record<string, Position>
