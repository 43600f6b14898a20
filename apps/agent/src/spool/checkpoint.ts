import { readFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { Gap } from '@logboom/contracts'
import { z } from 'zod'
import { Position } from './position.ts'
import { replaceFile } from './write-durably.ts'

/** What is left to know of the batches that are gone from the spool. */
export const Checkpoint = z.object({
  v: z.literal(1),
  /** The last batch that was freed. */
  freedThrough: z.int().min(0),
  positions: z.record(z.string(), Position),
  /** Gaps that the broker has not been told of. */
  gaps: z.array(z.object({ id: z.int(), gap: Gap })),
  nextGapId: z.int(),
})

export type Checkpoint = z.infer<typeof Checkpoint>

export const emptyCheckpoint: Checkpoint = { v: 1, freedThrough: 0, positions: {}, gaps: [], nextGapId: 1 }

/** The checkpoint; null when there is none yet; `'damaged'` when there is one that cannot be trusted. */
export async function readCheckpoint(path: string): Promise<Checkpoint | 'damaged' | null> {
  const text = await readFile(path, 'utf8').catch((err: unknown) => {
    if (err instanceof Error && 'code' in err && err.code === 'ENOENT') return null
    throw err
  })
  if (text === null) return null
  const [, crc, json = ''] = /^(\d+) (.*)\n$/s.exec(text) ?? []
  if (Number(crc) !== crc32(json)) return 'damaged'
  const parsed = Checkpoint.safeParse(JSON.parse(json))
  return parsed.success ? parsed.data : 'damaged'
}

export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const json = JSON.stringify({ ...checkpoint, positions: withoutForgotten(checkpoint.positions) })
  await replaceFile(path, Buffer.from(`${crc32(json)} ${json}\n`))
}

/**
 * Finished files are remembered for the case that they are renamed back, so many and not more: a file that rotates
 * every second would else make the checkpoint grow by 25 MB a day.
 */
const finishedFilesMax = 1_000

function withoutForgotten(positions: Record<string, Position>): Record<string, Position> {
  const finished = Object.entries(positions).flatMap(([key, position]) =>
    position.kind === 'file' && position.finishedMs !== null ? [{ key, ms: position.finishedMs }] : [],
  )
  if (finished.length <= finishedFilesMax) return positions
  finished.sort((a, b) => b.ms - a.ms)
  const forgotten = new Set(finished.slice(finishedFilesMax).map(({ key }) => key))
  return Object.fromEntries(Object.entries(positions).filter(([key]) => !forgotten.has(key)))
}
