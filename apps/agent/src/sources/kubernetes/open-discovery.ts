import type { Logger } from '@logboom/service'
import type { Registry } from 'prom-client'
import type { AgentConfig } from '../../config.ts'
import { findClusterUid } from './find-cluster-uid.ts'
import type { KubeHttp } from './kube-http.ts'
import type { PodListener } from './managed-pod.ts'
import { openKubeAccess } from './open-kube-access.ts'
import { openKubeHttp } from './open-kube-http.ts'
import { podRulesOf } from './pod-rules-of.ts'
import { createWatchMetrics, exposePodGauges } from './watch-metrics.ts'
import { watchPods } from './watch-pods.ts'
import type { PodWatch } from './watch-pods.ts'

export interface DiscoveryDeps {
  registry: Registry
  log: Logger
  /** Connections that the reading of logs may take; what discovery needs comes on top. */
  socketsForLogs: number
}

export interface Discovery {
  http: KubeHttp
  /** Waits for the API server; null once `signal` is aborted. */
  clusterUid(signal: AbortSignal): Promise<string | null>
  /** To be called once. */
  start(listener: PodListener, signal: AbortSignal): PodWatch
}

/** For lists, owners and the like, which come a few at a time. */
const socketsToSpare = 20

/**
 * The way to the API server and the watch of pods, as they are configured. Opens no connection yet.
 * @throws {Error} when the kubeconfig cannot be read or names no cluster
 */
export async function openDiscovery(
  config: AgentConfig,
  { registry, log, socketsForLogs }: DiscoveryDeps,
): Promise<Discovery> {
  const metrics = createWatchMetrics(registry)
  const access = await openKubeAccess(config)
  const socketsMax = socketsForLogs + config.NAMESPACES.length + socketsToSpare
  const http = openKubeHttp(access, { socketsMax, onAnswer: metrics.answered })
  return {
    http,
    clusterUid: (signal) => findClusterUid(http, log, signal),
    start(listener, signal) {
      const options = { rules: podRulesOf(config), node: config.NODE_NAME ?? null }
      const watch = watchPods({ http, log, count: metrics.count }, options, listener, signal)
      exposePodGauges(registry, watch)
      return watch
    },
  }
}
