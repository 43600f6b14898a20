import { PassThrough } from 'node:stream'
import { createLogger } from '@logboom/service'
import type { Logger } from '@logboom/service'
import { Registry } from 'prom-client'
import { createMetrics } from '../../metrics.ts'
import type { ContainerTimings } from './container-deps.ts'
import type { FakeApiServer } from './fake-api-server-fixture.ts'
import type { FakeSpool } from './fake-spool-fixture.ts'
import type { KubeHttp } from './kube-http.ts'
import { openKubeHttp } from './open-kube-http.ts'
import { openPodReaders } from './open-pod-readers.ts'
import type { PodReaders } from './read-pods.ts'
import { tellPods } from './tell-pods-fixture.ts'

export interface Reader {
  readers: PodReaders
  registry: Registry
  logged(): string[]
  stop(): Promise<void>
  /** Stops it, and loses what was not sealed. */
  kill(): Promise<void>
}

export interface ReaderOptions extends Partial<ContainerTimings> {
  streamsMax?: number
  lineBytesMax?: number
  forbiddenMs?: number
  holdMs?: number
  /** Nothing is sealed but by the test. */
  sealsByHand?: boolean
}

export const quickTimings: ContainerTimings = {
  lifeMs: 600_000,
  idleMs: 600_000,
  lingerMs: 400,
  settleMs: 150,
  retryBaseMs: 5,
  retryMaxMs: 100,
  finalMs: 60,
  deletedMs: 1_000,
  pollMinMs: 100,
  pollMaxMs: 300,
}

const sealMs = 10

export async function startReader(
  { api, spool }: { api: FakeApiServer; spool: FakeSpool },
  options: ReaderOptions,
): Promise<Reader> {
  const registry = new Registry()
  const output = new PassThrough()
  let text = ''
  output.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const log = createLogger('agent', { level: 'debug', destination: output })
  const { readers, http } = openReaders(api, spool, registry, log, options)
  const ending = new AbortController()
  const running = readers.run(ending.signal)
  const stopTelling = tellPods(api, readers)
  const sealing = options.sealsByHand ? undefined : setInterval(() => spool.seal(), sealMs)
  const reader: Reader = {
    readers,
    registry,
    logged: () => text.split('\n'),
    async stop() {
      stopTelling()
      ending.abort()
      clearInterval(sealing)
      await running
      await http.close()
    },
    async kill() {
      spool.drop()
      // What it does from here on has never happened.
      const stored = {
        gaps: [...spool.gaps],
        entries: [...spool.stored],
        positions: structuredClone(spool.positions),
      }
      await reader.stop()
      spool.drop()
      Object.assign(spool, { gaps: stored.gaps, stored: stored.entries, positions: stored.positions })
    },
  }
  return reader
}

function openReaders(
  api: FakeApiServer,
  spool: FakeSpool,
  registry: Registry,
  log: Logger,
  options: ReaderOptions,
): { readers: PodReaders; http: KubeHttp } {
  const { streamsMax = 200, lineBytesMax = 262_144, forbiddenMs = 200, holdMs = 0, ...timings } = options
  const access = { server: new URL(api.url), proxyUrl: null, read: async () => ({ headers: {}, tls: {} }) }
  const http = openKubeHttp(access, { socketsMax: streamsMax + 20 })
  const readers = openPodReaders({
    http,
    sink: spool,
    metrics: createMetrics(registry),
    registry,
    log,
    positions: structuredClone(spool.positions),
    cluster: 'cluster',
    printKey: 'key',
    now: Date.now,
    settings: { streamsMax, lookbackSeconds: 3_600, lineBytesMax },
    timings: { ...quickTimings, ...timings },
    forbiddenMs,
    holdMs,
  })
  return { readers, http }
}
