import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { bytesOf } from './produce-files.ts'
import type { PlannedFile } from './produce-files.ts'
import type { Random } from './random.ts'

export interface GrowingFiles {
  /** Bytes written so far, over bytes planned. */
  readonly share: number
  /** Writes faster until that share is there; beyond it goes on slowly. */
  hurryTo(share: number): void
  /** Writes what is left at once, and resolves when every file is whole. */
  finish(): Promise<void>
}

/** Writes the files into `dir` little by little, side by side, cut at any byte as writers' buffers are. */
export async function growFiles(
  dir: string,
  files: readonly PlannedFile[],
  random: Random,
): Promise<GrowingFiles> {
  await mkdir(dir, { recursive: true })
  const parts = files.map((file) => ({ path: join(dir, file.name), bytes: bytesOf(file), written: 0 }))
  const total = parts.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const state = { written: 0, hurryTo: 0, isFinishing: false }
  const bytesMax = () => (state.written < state.hurryTo * total ? CHUNK_BYTES_MAX : TRICKLE_BYTES_MAX)

  async function grow(): Promise<void> {
    while (state.written < total) {
      for (const part of parts) {
        const end = state.isFinishing ? part.bytes.length : part.written + random.whole(1, bytesMax())
        const chunk = part.bytes.subarray(part.written, end)
        await appendFile(part.path, chunk)
        part.written += chunk.length
        state.written += chunk.length
      }
      if (!state.isFinishing) await wait(PAUSE_MS)
    }
  }

  const grown = grow()
  grown.catch(() => undefined) // told by finish
  return {
    get share() {
      return state.written / total
    },
    hurryTo: (share) => void (state.hurryTo = share),
    finish() {
      state.isFinishing = true
      return grown
    },
  }
}

const CHUNK_BYTES_MAX = 3_000
// About 1 KB a second and file: slow enough that they do not become whole, fast enough that no line is in two parts
// for so long that it would be taken for two.
const TRICKLE_BYTES_MAX = 100
const PAUSE_MS = 40
