import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import type { ReflectEvent } from './reflect-pods.ts'
import type { PodWatch } from './watch-pods.ts'

export interface WatchMetrics {
  /** For `openKubeHttp`: one request of whatever kind. */
  answered(outcome: number | 'failed'): void
  /** For `watchPods`. */
  count(event: ReflectEvent): void
}

/** What finding pods tells of itself. */
export function createWatchMetrics(registry: Registry): WatchMetrics {
  const counter = <T extends string>(name: string, help: string, ...labelNames: T[]): Counter<T> =>
    new Counter({ name: `logboom_agent_${name}`, help, labelNames, registers: [registry] })
  const requests = counter('kube_requests_total', 'Requests to the API server by outcome', 'outcome')
  const lists = counter('pod_lists_total', 'Lists of pods that were begun')
  const watches = counter('pod_watches_total', 'Watches of pods that were opened')
  const failures = counter('pod_watch_failures_total', 'Lists and watches of pods that failed', 'cause')
  return {
    answered: (outcome) => requests.inc({ outcome: String(outcome) }),
    count(event) {
      if (event === 'list') lists.inc()
      else if (event === 'watch') watches.inc()
      else failures.inc({ cause: event })
    },
  }
}

export function exposePodGauges(registry: Registry, watch: Pick<PodWatch, 'pods' | 'isSynced'>): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `logboom_agent_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value())
      },
    })
  gauge('pods', 'Pods whose logs are collected', () => watch.pods.size)
  gauge('pods_synced', 'Whether all pods are known', () => Number(watch.isSynced()))
}
