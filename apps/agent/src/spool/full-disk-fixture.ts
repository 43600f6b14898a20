import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { getuid } from 'node:process'

/** A directory whose disk can be made to take nothing, and something again. */
export interface SmallDisk {
  fill(): void
  empty(): void
  remove(): void
}

/**
 * For root, who may write everywhere, a file system of 2 MiB that is filled; for others, whom rights stop, a directory
 * that may not be written.
 */
export function makeSmallDisk(directory: string): SmallDisk {
  mkdirSync(directory, { recursive: true })
  const filler = join(directory, 'filler')
  if (getuid?.() !== 0)
    return {
      fill: () => chmodSync(directory, 0o500),
      empty: () => chmodSync(directory, 0o700),
      remove: () => chmodSync(directory, 0o700),
    }
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', directory])
  return {
    fill: () => fillUp(filler),
    empty: () => rmSync(filler, { force: true }),
    remove: () => void execFileSync('umount', ['--lazy', directory]),
  }
}

function fillUp(path: string): void {
  const file = openSync(path, 'w')
  try {
    // Ends with ENOSPC, when not even a small write finds room.
    for (let size = 65_536; size >= 1; size = Math.floor(size / 4)) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size))
      } catch {
        // the next smaller piece
      }
    }
  } finally {
    closeSync(file)
  }
}
