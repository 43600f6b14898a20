import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { sep } from 'node:path'
import { createWakeUp, pause } from '../../wake-up.ts'

/** What happened since the last look. */
export interface Notice {
  /** Paths whose content changed. */
  changed: ReadonlySet<string>
  /** Names came, went or changed. */
  renamed: boolean
  /** The directories in which they did. */
  renamedIn: ReadonlySet<string>
}

export const noNotice: Notice = { changed: new Set(), renamed: false, renamedIn: new Set() }

export interface DirectoryWatch {
  /** From now on these directories are watched and no others. */
  watch(directories: ReadonlySet<string>): void
  /** The next notice; an empty one after `timeoutMs` or when `signal` is aborted. */
  next(timeoutMs: number, signal: AbortSignal): Promise<Notice>
  close(): void
}

/** Notices come in swarms: so long is waited for the rest of one. */
const gatherMs = 20

/**
 * The system's notices of changes, which make following quick. They are a hint and no more: network file systems send
 * none, symbolic links hide them, watches run out. Who follows files must look at them from time to time anyway.
 */
export function watchDirectories(): DirectoryWatch {
  const watchers = new Map<string, FSWatcher>()
  const wakeUp = createWakeUp()
  let changed = new Set<string>()
  let renamedIn = new Set<string>()

  function begin(directory: string): void {
    try {
      const watcher = watch(directory, { persistent: false }, (kind, name) => {
        if (kind === 'rename' || name === null) renamedIn.add(directory)
        if (name !== null) changed.add(`${directory}${sep}${name}`)
        wakeUp.ring()
      })
      watcher.on('error', () => end(directory))
      watchers.set(directory, watcher)
    } catch {
      // Not there, not allowed, or too many: looking from time to time has to do.
    }
  }

  function end(directory: string): void {
    watchers.get(directory)?.close()
    watchers.delete(directory)
  }

  return {
    watch(directories) {
      for (const directory of watchers.keys()) if (!directories.has(directory)) end(directory)
      for (const directory of directories) if (!watchers.has(directory)) begin(directory)
    },
    async next(timeoutMs, signal) {
      await wakeUp.next(signal, timeoutMs)
      if (renamedIn.size > 0 || changed.size > 0) await pause(Math.min(gatherMs, timeoutMs), signal)
      const notice = { changed, renamed: renamedIn.size > 0, renamedIn }
      changed = new Set()
      renamedIn = new Set()
      return notice
    },
    close() {
      for (const directory of watchers.keys()) end(directory)
    },
  }
}
