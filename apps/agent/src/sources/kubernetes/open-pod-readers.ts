import type { Logger } from '@logboom/service'
import type { Registry } from 'prom-client'
import type { AgentMetrics } from '../../metrics.ts'
import type { Positions } from '../../spool/position.ts'
import type { LineSink } from '../raw-line.ts'
import type { ContainerDeps, ContainerTimings } from './container-deps.ts'
import { createFollowSlots } from './follow-slots.ts'
import { createForbiddenNamespaces } from './forbidden-namespaces.ts'
import type { KubeHttp } from './kube-http.ts'
import { createLogMetrics } from './log-metrics.ts'
import { createPermits } from './permits.ts'
import { readPods } from './read-pods.ts'
import type { PodReaders } from './read-pods.ts'

export interface PodReaderSettings {
  /** Logs that are followed at a time; the others are read by turns. */
  streamsMax: number
  /** How far back a log is read of which nothing is known. */
  lookbackSeconds: number
  /** Bytes kept of a line. */
  lineBytesMax: number
}

export interface PodReaderOptions {
  http: KubeHttp
  sink: LineSink
  metrics: Pick<AgentMetrics, 'read'>
  registry: Registry
  log: Logger
  positions: Positions
  /** Goes into the ids of lines. */
  cluster: string
  printKey: string
  /** Milliseconds since 1970. */
  now: () => number
  settings: PodReaderSettings
  timings?: ContainerTimings
  forbiddenMs?: number
  holdMs?: number
}

const minute = 60_000
const usualTimings: ContainerTimings = {
  lifeMs: 60 * minute,
  idleMs: 10 * minute,
  lingerMs: 10_000,
  settleMs: 1_000,
  retryBaseMs: 50,
  retryMaxMs: 30_000,
  finalMs: 2_000,
  deletedMs: 5_000,
  pollMinMs: 15_000,
  pollMaxMs: 50_000,
}

/** Requests at a time that are not followed streams: with these, connections stay below `streamsMax` + 20. */
const readsMax = 16

/** What reads container logs through the API server; it waits to be told of pods. */
export function openPodReaders(options: PodReaderOptions): PodReaders {
  const { http, sink, metrics, registry, log, cluster, printKey, now, settings } = options
  const states = () => readers.countStates()
  const logMetrics = createLogMetrics(registry, states)
  const deps: ContainerDeps = {
    http,
    sink,
    metrics,
    logMetrics,
    log,
    now,
    lineBytesMax: settings.lineBytesMax,
    lookbackSeconds: settings.lookbackSeconds,
    permits: createPermits(readsMax),
    quiet: { untilMs: 0 },
    slots: createFollowSlots({ streamsMax: settings.streamsMax, holdMs: options.holdMs ?? 30_000 }),
    forbidden: createForbiddenNamespaces(options.forbiddenMs ?? 5 * minute, logMetrics, log),
    timings: options.timings ?? usualTimings,
  }
  const readers = readPods(options.positions, { cluster, printKey, now }, deps)
  return readers
}
