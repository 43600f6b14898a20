import type { Lifecycle, Logger } from '@logboom/service'
import type { Registry } from 'prom-client'
import type { AgentConfig } from './config.ts'
import type { AgentMetrics } from './metrics.ts'
import type { Reloadable } from './reload/live-settings.ts'
import { openFileSource } from './sources/files/open-file-source.ts'
import type { FileSet } from './sources/files/file-set.ts'
import type { HostNames } from './sources/files/names-of-path.ts'
import { kubernetesMode } from './sources/kubernetes/kubernetes-mode.ts'
import { openStdinSource } from './sources/open-stdin-source.ts'
import type { openPodFileSource } from './sources/pod-files/open-pod-file-source.ts'
import type { RunningSource } from './sources/running-source.ts'
import type { Collector } from './spool/collect-batches.ts'
import type { Spool } from './spool/spool.ts'

export interface SourceDeps {
  collector: Collector
  spool: Spool
  metrics: AgentMetrics
  registry: Registry
  host: HostNames
  log: Logger
  /** Where a source registers the settings that it takes while it runs. */
  live: Reloadable
  /** Default: standard input of this process. */
  stdin?: AsyncIterable<Uint8Array> | undefined
}

/** What sources of lines without a home of their own are read with. */
export interface ReadingDeps {
  sink: Collector
  metrics: AgentMetrics
  host: HostNames
  printKey: string
  lineBytesMax: number
  partialMs: number
  now: () => number
}

export interface Sources {
  files: FileSet
  running: RunningSource[]
}

/** Starts what reads, each as a task that ends when the process is told to stop. */
export async function startSources(config: AgentConfig, life: Lifecycle, deps: SourceDeps): Promise<Sources> {
  const reading: ReadingDeps = {
    sink: deps.collector,
    metrics: deps.metrics,
    host: deps.host,
    printKey: deps.spool.printKey,
    lineBytesMax: config.MAX_LINE_BYTES,
    partialMs: config.PARTIAL_LINE_MS,
    now: Date.now,
  }
  if (!config.LOGGING_ENABLED) deps.log.warn('log collection is off, only what waits in the spool is sent')
  const files = openFileSource(config, life, reading, deps)
  const running: RunningSource[] = [files]
  if (config.LOGGING_ENABLED)
    running.push(...(await openContainers(config, life, { ...deps, sink: deps.collector })))
  if (config.LOGGING_ENABLED && config.STDIN) {
    const areFilesAll = running.length === 1
    const isAlone = () => areFilesAll && files.set.options.globs.length === 0
    running.push(openStdinSource(life, reading, { ...deps, isAlone }))
  }
  if (config.LOGGING_ENABLED && running.length === 1 && files.set.options.globs.length === 0)
    deps.log.warn('nothing is read: none of FOLLOW, STDIN, DOCKER and KUBERNETES is set')
  return { files: files.set, running }
}

/** What reads containers, whoever keeps their logs. Loaded where it is used: an agent on a host pays nothing for Kubernetes. */
async function openContainers(
  config: AgentConfig,
  life: Lifecycle,
  parts: Parameters<typeof openPodFileSource>[2],
): Promise<RunningSource[]> {
  const opened: RunningSource[] = []
  const mode = kubernetesMode(config)
  if (mode === 'api') {
    const { startKubernetes } = await import('./sources/kubernetes/start-kubernetes.ts')
    opened.push(startKubernetes(config, life, parts))
  }
  if (mode === 'files') {
    const { openPodFileSource: open } = await import('./sources/pod-files/open-pod-file-source.ts')
    opened.push(open(config, life, parts))
  }
  if (config.DOCKER) {
    const { openDockerSource } = await import('./sources/docker/open-docker-source.ts')
    opened.push(openDockerSource(config, life, parts))
  }
  return opened
}
