import { open, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Entry } from '@logboom/contracts'

/** Entries that the broker will never take, kept where somebody can look at them. */
export interface DeadLetters {
  add(entries: readonly { entry: Entry; code: string; detail: string }[]): Promise<void>
}

/** Two files of 5 MiB, the older one is overwritten: a program that logs only poison must not fill the disk. */
const fileBytesMax = 5_242_880

export function openDeadLetters(directory: string): DeadLetters {
  const path = join(directory, 'dead-letters.ndjson')
  return {
    async add(entries) {
      const size = await stat(path).then(
        (it) => it.size,
        () => 0,
      )
      if (size >= fileBytesMax) await rename(path, `${path}.1`)
      const file = await open(path, 'a', 0o600)
      try {
        await file.writeFile(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
        await file.sync()
      } finally {
        await file.close()
      }
    },
  }
}
