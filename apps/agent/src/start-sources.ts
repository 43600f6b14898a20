import type { Lifecycle, Logger } from '@logboom/service'
import type { AgentConfig } from './config.ts'
import type { AgentMetrics } from './metrics.ts'
import { createFileSet } from './sources/files/file-set.ts'
import type { FileSet } from './sources/files/file-set.ts'
import type { HostNames } from './sources/files/names-of-path.ts'
import { readStdin } from './sources/read-stdin.ts'
import { watchGlobs } from './sources/files/watch-globs.ts'
import type { Collector } from './spool/collect-batches.ts'
import type { Spool } from './spool/spool.ts'

export interface SourceDeps {
  collector: Collector
  spool: Spool
  metrics: AgentMetrics
  host: HostNames
  log: Logger
  /** Default: standard input of this process. */
  stdin?: AsyncIterable<Uint8Array> | undefined
}

/** How long a commit is waited for that the broker may never tell of. */
const commitMsMax = 10_000

/** All that was read is with the broker, and if it says so, committed. */
async function untilSent(spool: Spool, signal: AbortSignal): Promise<void> {
  while (spool.unsent > 0 && !signal.aborted) await spool.settled.next(signal)
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(commitMsMax)])
  while (spool.waiting.length > 0 && !deadline.aborted) await spool.settled.next(deadline)
}

/** Starts what reads, each as a task that ends when the process is told to stop. */
export function startSources(config: AgentConfig, life: Lifecycle, deps: SourceDeps): FileSet {
  const { collector, spool, log } = deps
  const reading = {
    sink: collector,
    metrics: deps.metrics,
    host: deps.host,
    printKey: spool.printKey,
    lineBytesMax: config.MAX_LINE_BYTES,
    partialMs: config.PARTIAL_LINE_MS,
    now: Date.now,
  }
  const watching = {
    globs: config.FOLLOW,
    excluded: config.FOLLOW_EXCLUDE,
    pollMs: config.POLL_INTERVAL_MS,
    rotatedQuietMs: config.ROTATED_QUIET_MS,
  }
  const files = createFileSet(watching, spool.positions, reading, log)
  if (!config.LOGGING_ENABLED) log.warn('log collection is off, only what waits in the spool is sent')
  if (config.LOGGING_ENABLED && config.FOLLOW.length > 0)
    life.spawn('files', (signal) => watchGlobs(files, signal))
  if (config.LOGGING_ENABLED && config.STDIN) {
    life.spawn('stdin', async (signal) => {
      await readStdin(deps.stdin ?? process.stdin, reading, signal)
      if (config.FOLLOW.length > 0 || signal.aborted) return
      // `some-program | agent` is done when its input is, and all of it is with the broker.
      await collector.flush()
      await untilSent(spool, signal)
      void life.stop('standard input ended')
    })
  }
  return files
}
