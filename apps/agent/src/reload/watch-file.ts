import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createWakeUp, pause } from '../wake-up.ts'
import type { WakeUp } from '../wake-up.ts'

/** How often the file is looked at where no notice comes: a link into another directory, a network, no free watch. */
const pollMs = 5_000
/** A file that is the same twice, so long apart, is not being written. */
const settleMs = 100

/**
 * Tells when the text behind a path is another one, until `signal` is aborted. It does not matter how it changed: written
 * over, renamed into place, or, as Kubernetes does with a ConfigMap, by a link beside it that now leads elsewhere. A file
 * that is gone is waited for. `onWatching` is told once, when nothing that comes later can be missed.
 */
export async function watchFile(
  path: string,
  { onWatching, onChange }: { onWatching: () => void; onChange: () => void },
  signal: AbortSignal,
): Promise<void> {
  const notice = createWakeUp()
  const stopNotices = watchDirectory(dirname(path), notice)
  try {
    let known = await textOf(path)
    onWatching()
    while (!signal.aborted) {
      await notice.next(signal, pollMs)
      const text = await settledText(path, signal)
      if (signal.aborted || text === null || text === known) continue
      known = text
      onChange()
    }
  } finally {
    stopNotices()
  }
}

async function settledText(path: string, signal: AbortSignal): Promise<string | null> {
  let text = await textOf(path)
  while (!signal.aborted) {
    await pause(settleMs, signal)
    const again = await textOf(path)
    if (again === text) return text
    text = again
  }
  return null
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null)
}

function watchDirectory(directory: string, notice: WakeUp): () => void {
  try {
    const watcher = watch(directory, () => notice.ring())
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  } catch {
    return () => undefined
  }
}
