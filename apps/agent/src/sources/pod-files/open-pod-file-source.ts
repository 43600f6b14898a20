import type { Lifecycle, Logger } from '@logboom/service'
import type { Registry } from 'prom-client'
import type { AgentConfig } from '../../config.ts'
import type { AgentMetrics } from '../../metrics.ts'
import type { Spool } from '../../spool/spool.ts'
import { findClusterUid } from '../kubernetes/find-cluster-uid.ts'
import { openKubeAccess } from '../kubernetes/open-kube-access.ts'
import { openKubeHttp } from '../kubernetes/open-kube-http.ts'
import { podRulesOf } from '../kubernetes/pod-rules-of.ts'
import { createWatchMetrics, exposePodGauges } from '../kubernetes/watch-metrics.ts'
import { watchPods } from '../kubernetes/watch-pods.ts'
import type { LineSink } from '../raw-line.ts'
import type { RunningSource, StreamView } from '../running-source.ts'
import type { ContainerFiles, PodFileDeps } from './container-files.ts'
import { createPodFileMetrics } from './pod-file-metrics.ts'
import type { PodFileMetrics } from './pod-file-metrics.ts'
import { createPodFileSet } from './pod-file-set.ts'
import type { PodFileSet } from './pod-file-set.ts'
import { createPathNews, createPodNews, watchPodFiles } from './watch-pod-files.ts'
import type { PodNews } from './watch-pod-files.ts'

export interface PodFileParts {
  sink: LineSink
  spool: Pick<Spool, 'positions' | 'printKey'>
  metrics: AgentMetrics
  registry: Registry
  log: Logger
}

/** A watch and a few look-ups of owners. */
const socketsMax = 8

/**
 * Starts reading the log files of this node's pods, of those that are selected or of all where the API server is not
 * asked, as a task that ends when the process is told to stop.
 */
export function openPodFileSource(config: AgentConfig, life: Lifecycle, parts: PodFileParts): RunningSource {
  let reading: PodFileSet | null = null
  const fileMetrics = createPodFileMetrics(parts.registry)
  life.spawn('pod files', async (signal) => {
    const read = (cluster: string, news: PodNews) => {
      const deps = depsOf(config, cluster, fileMetrics, parts)
      const set = createPodFileSet(config.POD_LOGS_DIR, parts.spool.positions, deps)
      reading = set
      return watchPodFiles(set, news, { pollMs: config.POLL_INTERVAL_MS }, signal)
    }
    if (config.KUBERNETES_METADATA) await readSelected(config, parts, read, signal)
    // Without the API server nobody knows the cluster; the uids of pods are unique among all of them.
    else await read('', createPathNews(config.POD_LOGS_DIR))
  })
  return {
    isSynced: () => reading?.hasToldVanished ?? false,
    *streams() {
      for (const files of reading?.files.values() ?? []) yield viewOf(files)
    },
  }
}

function viewOf({ source, reader, supersededAtMs }: ContainerFiles): StreamView {
  const state = reader === null ? 'waiting' : supersededAtMs === null ? 'following' : 'rotated away'
  return { kind: 'kubernetes', source, state, lines: source.seq, lastLineUs: source.seen.latest?.us ?? null }
}

async function readSelected(
  config: AgentConfig,
  { registry, log }: PodFileParts,
  read: (cluster: string, news: PodNews) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { answered, count } = createWatchMetrics(registry)
  const http = openKubeHttp(await openKubeAccess(config), { socketsMax, onAnswer: answered })
  try {
    const cluster = await findClusterUid(http, log, signal)
    if (cluster === null) return
    const news = createPodNews()
    const options = { rules: podRulesOf(config), node: config.NODE_NAME ?? null }
    const watch = watchPods({ http, log, count }, options, news, signal)
    exposePodGauges(registry, watch)
    await read(cluster, news)
    await watch.ended
  } finally {
    await http.close()
  }
}

function depsOf(
  config: AgentConfig,
  cluster: string,
  fileMetrics: PodFileMetrics,
  { sink, spool, metrics, log }: PodFileParts,
): PodFileDeps {
  return {
    sink,
    metrics,
    fileMetrics,
    log,
    cluster,
    printKey: spool.printKey,
    now: Date.now,
    lineBytesMax: config.MAX_LINE_BYTES,
    partialMs: config.PARTIAL_LINE_MS,
    quietMs: config.POD_FILE_QUIET_MS,
    deletedMs: config.POD_FILE_DELETED_MS,
    lookbackMs: config.LOOKBACK_SECONDS * 1000,
  }
}
