import type { ContainerTask } from './container-task.ts'
import type { KubeAnswer } from './kube-http.ts'
import type { StreamCause } from './log-metrics.ts'
import { readLog } from './read-log.ts'
import type { Reading } from './read-log.ts'
import { noteReading, readingOf } from './read-once.ts'
import type { ReadDeps } from './read-once.ts'
import { requestLog } from './request-log.ts'

export interface StreamTimings {
  /** A stream is opened anew after so long, give or take a quarter: some stay open and deliver nothing more. */
  lifeMs: number
  /** Silence of a container that writes more than a line a minute. */
  idleMs: number
  /** How long a stream may go on after its container has ended. */
  lingerMs: number
}

/** `activity` of a container that writes a line a minute. */
const busyActivity = 3

export interface StreamEnd {
  cause: StreamCause
  /** What it was broken or refused by. */
  err: unknown
  reading: Reading | null
}

/** How long a request may keep others waiting: a quiet log answers with its first line only. */
const openMs = 500

/** Follows the log of the life that the task is at, until its stream ends in one way or another. Never rejects. */
export async function followLog(
  task: ContainerTask,
  deps: ReadDeps & { timings: StreamTimings },
  signal: AbortSignal,
): Promise<StreamEnd> {
  const ending = new AbortController()
  let cause: StreamCause | null = null
  const end = (why: StreamCause) => {
    cause ??= why
    ending.abort()
  }
  const stop = () => end('stopped')
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  task.stream = { openedMs: performance.now(), end }
  const opened: { reading: Reading | null } = { reading: null }
  const timer = setInterval(() => watch(task, opened.reading, deps.timings, end), deps.timings.lingerMs / 4)
  const lifetime = setTimeout(() => end('lifetime'), deps.timings.lifeMs * (0.75 + Math.random() / 2))
  try {
    await read(task, opened, deps, ending.signal)
    return { cause: cause ?? causeOf(opened.reading, deps), err: null, reading: opened.reading }
  } catch (err) {
    return { cause: cause ?? (opened.reading ? 'broken' : 'refused'), err, reading: opened.reading }
  } finally {
    clearInterval(timer)
    clearTimeout(lifetime)
    signal.removeEventListener('abort', stop)
    task.stream = null
    endFollowing(task)
    if (opened.reading) noteReading(task, opened.reading)
  }
}

function causeOf(reading: Reading | null, { logMetrics }: ReadDeps): StreamCause {
  if (!reading?.isLost) return 'eof'
  logMetrics.witness('missing')
  return 'lost'
}

async function read(
  task: ContainerTask,
  opened: { reading: Reading | null },
  deps: ReadDeps,
  signal: AbortSignal,
): Promise<void> {
  const giveBack = await deps.permits.take()
  const timer = setTimeout(() => {
    giveBack()
    void proveQuiet(task, opened, deps, signal)
  }, openMs)
  try {
    const query = { isPrevious: false, isFollowed: true, tailLines: null }
    const answer = await requestLog(task, query, deps, signal)
    giveBack()
    opened.reading = readingOf(task, { tailLines: null, isFinal: false }, deps)
    beginFollowing(task)
    try {
      await readLog(opened.reading, answer.body, deps)
    } finally {
      answer.discard()
    }
  } finally {
    clearTimeout(timer)
    giveBack()
  }
}

/** From the first byte on: what is there already comes now. */
function beginFollowing({ source }: ContainerTask): void {
  source.readThroughUs = source.readUntilUs()
  source.taking = { isBusy: false, atMs: performance.now(), lineUs: null }
  source.isFollowing = true
}

function endFollowing({ source }: ContainerTask): void {
  source.readThroughUs = source.readUntilUs()
  source.taking.isBusy = false
  source.isFollowing = false
}

/** A request whose head does not come may follow a silent log, or wait for a server that hangs: another one tells which. */
async function proveQuiet(
  task: ContainerTask,
  opened: { reading: Reading | null },
  deps: ReadDeps,
  signal: AbortSignal,
): Promise<void> {
  const giveBack = await deps.permits.take()
  try {
    if (opened.reading || signal.aborted) return
    const query = { isPrevious: false, isFollowed: false, tailLines: null }
    const answer = await requestLog(task, query, deps, signal)
    const isQuiet = await isEmpty(answer)
    if (isQuiet && !opened.reading && !signal.aborted) task.source.isFollowing = true
  } catch {
    // what is wrong, the request that follows finds out
  } finally {
    giveBack()
  }
}

async function isEmpty(answer: KubeAnswer): Promise<boolean> {
  try {
    for await (const chunk of answer.body) if (chunk.byteLength > 0) return false
    return true
  } finally {
    answer.discard()
  }
}

/** A life is over when the API server says so; the kubelet ends the stream by itself, mostly. */
function watch(
  task: ContainerTask,
  reading: Reading | null,
  timings: StreamTimings,
  end: (cause: StreamCause) => void,
): void {
  const { state, source } = task
  const nowMs = performance.now()
  if (reading) {
    source.isFollowing = !reading.isBlocked
    noteReading(task, reading)
  }
  const quietMs = nowMs - Math.max(reading?.bytesAtMs ?? 0, task.stream?.openedMs ?? 0)
  const isOver = state.phase !== 'running' || state.containerId !== source.containerId || task.gone !== null
  if (reading?.isBlocked) return
  // All that there is has come by now, and what was taken last is not among it.
  if (reading && reading.passed > 0 && source.seen.isUnproven && quietMs > timings.lingerMs) {
    reading.isLost = true
    end('lost')
  }
  if (isOver && quietMs > timings.lingerMs) end('ended')
  if (quietMs > timings.idleMs && task.activity > busyActivity) end('idle')
}
