import { readFileSync } from 'node:fs'
import type { Lifecycle, Logger } from '@logboom/service'
import type { Registry } from 'prom-client'
import type { AgentConfig } from './config.ts'
import type { AgentMetrics } from './metrics.ts'
import { createDockerMetrics } from './sources/docker/docker-metrics.ts'
import { createEngineHttp } from './sources/docker/engine-http.ts'
import { ownContainer } from './sources/docker/own-container.ts'
import { watchEngine } from './sources/docker/watch-engine.ts'
import { createFileSet } from './sources/files/file-set.ts'
import type { FileSet } from './sources/files/file-set.ts'
import type { HostNames } from './sources/files/names-of-path.ts'
import { kubernetesMode } from './sources/kubernetes/kubernetes-mode.ts'
import { startPodFiles } from './sources/pod-files/start-pod-files.ts'
import { readStdin } from './sources/read-stdin.ts'
import { watchGlobs } from './sources/files/watch-globs.ts'
import type { Collector } from './spool/collect-batches.ts'
import type { Spool } from './spool/spool.ts'

export interface SourceDeps {
  collector: Collector
  spool: Spool
  metrics: AgentMetrics
  registry: Registry
  host: HostNames
  log: Logger
  /** Default: standard input of this process. */
  stdin?: AsyncIterable<Uint8Array> | undefined
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
  if (config.LOGGING_ENABLED && config.DOCKER) startDocker(config, life, deps)
  const isReadingPodFiles = kubernetesMode(config) === 'files'
  if (config.LOGGING_ENABLED && isReadingPodFiles) startPodFiles(config, life, { ...deps, sink: collector })
  if (config.LOGGING_ENABLED && config.STDIN) {
    life.spawn('stdin', async (signal) => {
      await readStdin(deps.stdin ?? process.stdin, reading, signal)
      if (config.FOLLOW.length > 0 || config.DOCKER || isReadingPodFiles || signal.aborted) return
      // `some-program | agent` is done when its input is, and all of it is with the broker.
      await collector.flush()
      while (spool.waiting.length > 0 && !signal.aborted) await spool.settled.next(signal)
      void life.stop('standard input ended')
    })
  }
  return files
}

/** How often all containers are listed, beside the events that tell of changes. */
const listMs = 60_000

function startDocker(config: AgentConfig, life: Lifecycle, deps: SourceDeps): void {
  const { collector, spool, metrics, registry, log } = deps
  const http = createEngineHttp(config.DOCKER_HOST)
  life.onClose('engine', () => http.close())
  const engine = {
    http,
    sink: collector,
    metrics,
    dockerMetrics: createDockerMetrics(registry),
    positions: spool.positions,
    printKey: spool.printKey,
    selector: config.DOCKER_SELECTOR,
    labelsKept: config.DOCKER_LABELS,
    ownId: ownContainer(readMountinfo()),
    lineBytesMax: config.MAX_LINE_BYTES,
    lookbackMs: config.LOOKBACK_SECONDS * 1000,
    reopenMs: config.DOCKER_REOPEN_MS,
    silentMs: config.DOCKER_SILENT_MS,
    listMs,
    now: Date.now,
    log,
  }
  life.spawn('docker', (signal) => watchEngine(engine, signal))
}

/** Empty where there is no such thing, as on macOS. */
function readMountinfo(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8')
  } catch {
    return ''
  }
}
