import type { Logger } from '@logboom/service'
import { createOwnerFinder } from './find-owners.ts'
import type { KubeHttp } from './kube-http.ts'
import type { PodScope } from './list-pods.ts'
import type { ManagedPod, PodListener } from './managed-pod.ts'
import type { PodRules } from './pod-rules.ts'
import { createPodView } from './pod-view.ts'
import type { PodView } from './pod-view.ts'
import { newReflectState, reflectPace, reflectPods } from './reflect-pods.ts'
import type { PodSink, ReflectEvent, ReflectPace, ReflectState } from './reflect-pods.ts'

export interface WatchPodsOptions {
  rules: PodRules
  /** Only pods of this node; null for all. */
  node: string | null
  pace?: Partial<WatchPace>
}

/** Milliseconds. */
export interface WatchPace extends ReflectPace {
  graceMs: number
  retryMs: number
  siblingMs: number
  /** Without a word from the server for so long, what is known of pods is called out of date. */
  staleMs: number
}

export interface WatchPodsDeps {
  http: KubeHttp
  log: Logger
  count?: (event: ReflectEvent) => void
}

export interface PodWatch {
  /** Those that are selected, by uid. */
  readonly pods: ReadonlyMap<string, ManagedPod>
  /**
   * Whether all pods are known and the server was heard of lately. A namespace that may not be read does not count, as
   * long as another may.
   */
  isSynced(): boolean
  /** Resolves once `signal` is aborted. Never rejects. */
  ended: Promise<void>
}

const pace: WatchPace = {
  ...reflectPace,
  graceMs: 30_000,
  retryMs: 15_000,
  siblingMs: 1_000,
  staleMs: 300_000,
}

/** Tells `listener` of all pods that `rules` select, as they come, change and go, until `signal` is aborted. */
export function watchPods(
  { http, log, count }: WatchPodsDeps,
  options: WatchPodsOptions,
  listener: PodListener,
  signal: AbortSignal,
): PodWatch {
  const { rules, node } = options
  const paces = { ...pace, ...options.pace }
  const keys = [...rules.agentKeys, rules.deploymentObjectKey, rules.workOrderKey]
  const finder = createOwnerFinder(http, { keys, log, now: () => performance.now() })
  const view = createPodView({ rules, finder, listener, signal, ...paces })
  const watches = scopesOf(rules, node).map((scope) => ({ scope, state: newReflectState() }))
  const states = watches.map(({ state }) => state)
  const running = watches.map(({ scope, state }) => {
    const sink = sinkOf(view, scope, states)
    return reflectPods({ http, sink, log, pace: paces, ...(count && { count }) }, scope, state, signal)
  })
  return {
    pods: view.selected,
    isSynced: () => isSynced(states, paces.staleMs),
    ended: Promise.all(running).then(() => view.close()),
  }
}

function scopesOf({ namespaces }: PodRules, node: string | null): PodScope[] {
  if (namespaces.length === 0) return [{ namespace: null, node }]
  return [...new Set(namespaces)].map((namespace) => ({ namespace, node }))
}

function sinkOf(view: PodView, { namespace }: PodScope, states: readonly ReflectState[]): PodSink {
  const scope = namespace ?? ''
  return {
    pod: (pod) => view.pod(scope, pod),
    gone: (uid) => view.gone(uid),
    listed(uids) {
      view.listed(scope, uids)
      // Whoever forgets what was not told of must not forget the pods of a namespace that could not be read.
      if (states.every(({ isListed, isForbidden }) => isListed && !isForbidden)) view.complete()
    },
  }
}

function isSynced(states: readonly ReflectState[], staleMs: number): boolean {
  const readable = states.filter(({ isForbidden }) => !isForbidden)
  const freshFrom = performance.now() - staleMs
  return (
    readable.length > 0 && readable.every(({ isListed, heardAtMs }) => isListed && heardAtMs >= freshFrom)
  )
}
