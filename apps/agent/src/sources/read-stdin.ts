import { randomUUID } from 'node:crypto'
import { createStreamLineIds } from '../identity/stream-line-ids.ts'
import type { AgentMetrics } from '../metrics.ts'
import { freshMemory } from '../spool/position.ts'
import { createLineClock } from './line-clock.ts'
import { namesOfHost } from './files/names-of-path.ts'
import type { HostNames } from './files/names-of-path.ts'
import type { LineSink, Source } from './raw-line.ts'
import { rawLineOf } from './raw-line-of.ts'
import type { LineState } from './raw-line-of.ts'
import { createLineSplitter } from './split-lines.ts'
import type { ByteLine } from './split-lines.ts'

export interface StdinDeps {
  sink: LineSink
  metrics: AgentMetrics
  host: HostNames
  lineBytesMax: number
  partialMs: number
  now: () => number
}

/** Standard input as a source: what it is called, and how far it was read. */
export interface Pipe {
  source: Source
  line: LineState
}

export function openPipe({ host }: Pick<StdinDeps, 'host'>): Pipe {
  const source = pipeSource(host)
  const line = {
    clock: createLineClock(null),
    seq: 0,
    openLine: null,
    idOf: createStreamLineIds(source.key),
  }
  return { source, line }
}

/**
 * Reads lines from a pipe until it ends or `signal` is aborted. A pipe gives its bytes once: what was read and is not
 * yet in the spool dies with the process.
 */
export async function readStdin(
  input: AsyncIterable<Uint8Array>,
  { source, line: state }: Pipe,
  deps: StdinDeps,
  signal: AbortSignal,
): Promise<void> {
  const { sink, metrics } = deps
  const splitter = createLineSplitter(deps.lineBytesMax)

  async function take(line: ByteLine | undefined): Promise<void> {
    const raw = line && rawLineOf(source, state, line, deps.now())
    if (!raw) return
    metrics.read(1, line.bytes.length)
    await sink.push(raw)
  }

  const chunks = input[Symbol.asyncIterator]()
  let next = chunks.next()
  while (!signal.aborted) {
    const chunk = await within(next, deps.partialMs, signal)
    if (chunk === 'silent') {
      await take(splitter.takePartial())
      continue
    }
    if (chunk === 'aborted' || chunk.done) break
    for (const line of splitter.write(Buffer.from(chunk.value))) await take(line)
    next = chunks.next()
  }
  await take(splitter.takePartial({ whole: true }))
}

function pipeSource(host: HostNames): Source {
  return {
    key: `stdin:${randomUUID()}`,
    names: { ...namesOfHost(host), containerName: 'stdin', labels: {} },
    memory: freshMemory(),
    seen: null,
    keepsLines: true,
    position: () => null,
    readUntilUs: () => null,
  }
}

/** What `promise` gives, or that it gave nothing for `ms`, or that waiting is over. */
async function within<T>(
  promise: Promise<T>,
  ms: number,
  signal: AbortSignal,
): Promise<T | 'silent' | 'aborted'> {
  const other = Promise.withResolvers<'silent' | 'aborted'>()
  const abort = () => other.resolve('aborted')
  const timer = setTimeout(() => other.resolve('silent'), ms)
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([promise, other.promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}
