import { PassThrough } from 'node:stream'
import { createLogger } from '@logboom/service'
import { openFakeApiServer } from './fake-api-server-fixture.ts'
import type { FakeApiServer } from './fake-api-server-fixture.ts'
import type { ManagedPod, PodListener } from './managed-pod.ts'
import { openKubeHttp } from './open-kube-http.ts'
import type { PodRules } from './pod-rules.ts'
import { watchPods } from './watch-pods.ts'
import type { PodWatch, WatchPace } from './watch-pods.ts'

export const agentId = '018f6f3e-0000-7000-8000-000000000001'
export const ownerKey = 'brokkr.io/owner-id'
export const deploymentObjectKey = 'brokkr.io/deployment-object-id'
export const workOrderKey = 'brokkr.io/work-order-id'

/** What a pod carries that is this agent's. */
export const managedLabels = { 'brokkr.io/agent-id': agentId }

export const managedRules: PodRules = {
  mode: 'managed',
  selector: [],
  namespaces: [],
  namespacesExcluded: [],
  agentId,
  agentKeys: ['brokkr.io/agent-id', ownerKey],
  excludeKey: 'logs.brokkr.io/exclude',
  deploymentObjectKey,
  workOrderKey,
  labelsKept: ['app', 'app.kubernetes.io/*', 'k8s-app', 'job-name'],
}

export const quickPace: Partial<WatchPace> = {
  listGapMs: 50,
  idleMs: 400,
  steadyMs: 100,
  backoffBaseMs: 5,
  backoffMaxMs: 40,
  forbiddenMs: 60,
  graceMs: 60,
  retryMs: 20,
}

export interface PodWatchBench {
  api: FakeApiServer
  watch: PodWatch
  /** What the listener was told, in order. */
  told: string[]
  /** Pods as a listener sees them. */
  view: Map<string, ManagedPod>
  /** The sets that `listed` was given. */
  lists: ReadonlySet<string>[]
  /** When lists were asked for: the shortest time between two, by the clock of whoever asked. */
  listGapMs(): number
  logged(): string
  close(): Promise<void>
}

export interface BenchOptions {
  rules?: Partial<PodRules>
  node?: string
  pace?: Partial<WatchPace>
  api?: FakeApiServer
}

/** A watch of pods on a fake API server, and a listener that notes what it is told. */
export async function openPodWatch({
  rules,
  node,
  pace,
  api: given,
}: BenchOptions = {}): Promise<PodWatchBench> {
  const api = given ?? (await openFakeApiServer())
  const access = {
    server: new URL(api.url),
    proxyUrl: null,
    read: async () => ({ headers: {}, tls: {} }),
  }
  const http = openKubeHttp(access, { socketsMax: 20 })
  const output = new PassThrough()
  let text = ''
  output.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const log = createLogger('agent', { level: 'debug', destination: output })
  const ending = new AbortController()
  const { listener, ...notes } = noteListener()
  const options = {
    rules: { ...managedRules, ...rules },
    node: node ?? null,
    pace: { ...quickPace, ...pace },
  }
  const listedAtMs: number[] = []
  const count = (event: string) => void (event === 'list' && listedAtMs.push(performance.now()))
  const watch = watchPods({ http, log, count }, options, listener, ending.signal)
  return {
    api,
    watch,
    ...notes,
    listGapMs: () => Math.min(Infinity, ...listedAtMs.slice(1).map((ms, i) => ms - (listedAtMs[i] ?? 0))),
    logged: () => text,
    async close() {
      ending.abort()
      await watch.ended
      await http.close()
      if (!given) await api.close()
    },
  }
}

function noteListener() {
  const told: string[] = []
  const view = new Map<string, ManagedPod>()
  const lists: ReadonlySet<string>[] = []
  const listener: PodListener = {
    changed(pod) {
      told.push(`changed ${pod.name}`)
      view.set(pod.uid, pod)
    },
    removed(uid, { isDeleted }) {
      told.push(`${isDeleted ? 'deleted' : 'deselected'} ${view.get(uid)?.name}`)
      view.delete(uid)
    },
    listed: (uids) => void lists.push(uids),
  }
  return { listener, told, view, lists }
}
