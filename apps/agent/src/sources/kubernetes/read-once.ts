import type { ContainerTask } from './container-task.ts'
import { noteActivity } from './container-task.ts'
import { beginReading, readLog } from './read-log.ts'
import type { LogReadDeps, Reading } from './read-log.ts'
import { requestLog } from './request-log.ts'
import type { LogQuery, LogRequestDeps } from './request-log.ts'

export type ReadDeps = LogReadDeps & LogRequestDeps

/** Begins a reading of the life that the task is at. */
export function readingOf(
  task: ContainerTask,
  plan: { tailLines: number | null; isFinal: boolean },
  deps: ReadDeps,
): Reading {
  return beginReading(
    task.source,
    { ...plan, isNewLog: task.isFreshLife || task.missing === 'rotated', missing: task.missing },
    deps.lineBytesMax,
  )
}

/** What a reading has changed so far, broken or not. */
export function noteReading(task: ContainerTask, reading: Reading): void {
  if (reading.newLines > 0) task.isFreshLife = false
  if (reading.isLost) task.missing = 'rotated'
  else if (!reading.hasGapToTell) task.missing = null
  noteActivity(task, reading.newLines - reading.notedLines)
  reading.notedLines = reading.newLines
}

/**
 * Reads a log once, to where it ends now. Resolves with null when what came was no log.
 * @throws {LogRefused} or what broke the connection
 */
export async function readOnce(
  task: ContainerTask,
  query: Omit<LogQuery, 'isFollowed'> & { isFinal: boolean },
  deps: ReadDeps,
  signal: AbortSignal,
): Promise<Reading | null> {
  const giveBack = await deps.permits.take()
  try {
    const sinceUs = deps.now() * 1000
    const answer = await requestLog(task, { ...query, isFollowed: false }, deps, signal)
    const reading = readingOf(task, query, deps)
    try {
      await readLog(reading, answer.body, deps)
    } finally {
      answer.discard()
      noteReading(task, reading)
    }
    if (reading.hasDiagnostic) return null
    task.failures = 0
    if (reading.isLost) deps.logMetrics.witness('missing')
    else if (!reading.needsWhole) task.source.readThroughUs = sinceUs
    return reading
  } finally {
    giveBack()
  }
}
