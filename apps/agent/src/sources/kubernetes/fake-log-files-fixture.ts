import { setTimeout as wait } from 'node:timers/promises'
import type { LogTime } from '@logboom/contracts'

/** One line of a CRI log file. */
export interface CriLine {
  time: LogTime
  output: 'stdout' | 'stderr'
  /** A part, whose rest follows in later lines of the same output. */
  isPart: boolean
  text: Buffer
}

/** A file below /var/log/pods, which is never changed but by appending. */
export interface CriFile {
  lines: CriLine[]
  bytes: number
}

/** The log of one life of a container: only its newest file is served. */
export interface FakeLife {
  id: string
  /** Oldest first; the kubelet has compressed or removed all but the last. */
  files: CriFile[]
  isRunning: boolean
  /** The runtime has removed it. */
  isCollected: boolean
  /** Resolves at the next write, rotation or end. */
  changed(timeoutMs: number): Promise<void>
  append(line: CriLine): void
  /** Renames the file away and begins another. */
  rotate(): void
  /** The runtime did not reopen its file: the rotated one is renamed back, and what was written since is lost with it. */
  renameBack(): void
  end(): void
}

const lineOverhead = 48

/** @param rotateBytes A file that has grown beyond it is rotated. */
export function createFakeLife(id: string, rotateBytes = Infinity): FakeLife {
  let wake = Promise.withResolvers<void>()
  const ring = () => {
    wake.resolve()
    wake = Promise.withResolvers<void>()
  }
  const life: FakeLife = {
    id,
    files: [{ lines: [], bytes: 0 }],
    isRunning: true,
    isCollected: false,
    async changed(timeoutMs) {
      const late = new AbortController()
      const silence = wait(timeoutMs, undefined, { signal: late.signal }).catch(() => undefined)
      await Promise.race([wake.promise, silence])
      late.abort()
    },
    append(line) {
      const file = currentFile(life)
      file.lines.push(line)
      file.bytes += line.text.length + lineOverhead
      ring()
      if (file.bytes > rotateBytes && !line.isPart) life.rotate()
    },
    rotate() {
      life.files.push({ lines: [], bytes: 0 })
      ring()
    },
    renameBack() {
      life.files.pop()
      ring()
    },
    end() {
      life.isRunning = false
      ring()
    },
  }
  return life
}

export function currentFile({ files }: FakeLife): CriFile {
  const file = files.at(-1)
  if (!file) throw new Error('a life has a file')
  return file
}
