import type { Lifecycle, Logger } from '@logboom/service'
import type { Registry } from 'prom-client'
import type { AgentConfig } from '../../config.ts'
import type { AgentMetrics } from '../../metrics.ts'
import type { Spool } from '../../spool/spool.ts'
import type { LineSink } from '../raw-line.ts'
import { findClusterUid } from './find-cluster-uid.ts'
import type { KubeHttp } from './kube-http.ts'
import { openKubeAccess } from './open-kube-access.ts'
import { openKubeHttp } from './open-kube-http.ts'
import { openPodReaders } from './open-pod-readers.ts'
import { podRulesOf } from './pod-rules-of.ts'
import { createWatchMetrics, exposePodGauges } from './watch-metrics.ts'
import type { WatchMetrics } from './watch-metrics.ts'
import { watchPods } from './watch-pods.ts'

export interface KubernetesDeps {
  sink: LineSink
  spool: Pick<Spool, 'positions' | 'printKey'>
  metrics: AgentMetrics
  registry: Registry
  log: Logger
}

export interface KubernetesSource {
  /** Whether all pods are known and the API server was heard of lately. */
  isSynced(): boolean
}

/** Connections for reads that end by themselves, and for finding pods; each namespace that is named has a watch besides. */
const otherSockets = 20

/** Starts reading the logs of pods through the API server, as a task that ends when the process is told to stop. */
export function startKubernetes(
  config: AgentConfig,
  life: Lifecycle,
  deps: KubernetesDeps,
): KubernetesSource {
  const watchMetrics = createWatchMetrics(deps.registry)
  let isSynced = () => false
  life.spawn('kubernetes', async (signal) => {
    const access = await openKubeAccess(config)
    const socketsMax = config.MAX_FOLLOW_STREAMS + otherSockets + config.NAMESPACES.length
    const http = openKubeHttp(access, { socketsMax, onAnswer: watchMetrics.answered })
    try {
      const cluster = await findClusterUid(http, deps.log, signal)
      if (cluster === null) return
      await readCluster({ ...deps, config, cluster, http, watchMetrics }, signal, (synced) => {
        isSynced = synced
      })
    } finally {
      await http.close()
    }
  })
  return { isSynced: () => isSynced() }
}

interface ClusterDeps extends KubernetesDeps {
  config: AgentConfig
  cluster: string
  http: KubeHttp
  watchMetrics: WatchMetrics
}

async function readCluster(
  deps: ClusterDeps,
  signal: AbortSignal,
  started: (isSynced: () => boolean) => void,
): Promise<void> {
  const { config, spool, http, log, registry, watchMetrics } = deps
  const readers = openPodReaders({
    ...deps,
    positions: spool.positions,
    printKey: spool.printKey,
    now: Date.now,
    settings: {
      streamsMax: config.MAX_FOLLOW_STREAMS,
      lookbackSeconds: config.LOOKBACK_SECONDS,
      lineBytesMax: config.MAX_LINE_BYTES,
    },
  })
  const options = { rules: podRulesOf(config), node: config.NODE_NAME ?? null }
  const watch = watchPods({ http, log, count: watchMetrics.count }, options, readers, signal)
  exposePodGauges(registry, watch)
  started(() => watch.isSynced())
  await Promise.all([readers.run(signal), watch.ended])
}
