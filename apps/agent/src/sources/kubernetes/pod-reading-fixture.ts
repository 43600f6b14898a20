import { PassThrough } from 'node:stream'
import type { Entry, Gap } from '@logboom/contracts'
import { createLogger } from '@logboom/service'
import { Registry } from 'prom-client'
import { until } from '@logboom/testing'
import { afterEach, beforeEach, expect } from 'vitest'
import { createMetrics } from '../../metrics.ts'
import { processLine } from '../../pipeline/process-line.ts'
import { Position } from '../../spool/position.ts'
import type { Positions } from '../../spool/position.ts'
import type { LineSink, Source } from '../raw-line.ts'
import { openFakeApiServer } from './fake-api-server-fixture.ts'
import type { FakeApiServer } from './fake-api-server-fixture.ts'
import { startFakeKubelet } from './fake-kubelet-fixture.ts'
import type { FakeKubelet } from './fake-kubelet-fixture.ts'
import type { FakePodParts } from './pod-objects-fixture.ts'
import type { ContainerTimings } from './container-deps.ts'
import { tellPods } from './tell-pods-fixture.ts'
import { openPodReaders } from './open-pod-readers.ts'
import { openKubeHttp } from './open-kube-http.ts'
import type { PodReaders } from './read-pods.ts'

/** What is safe, and what would be lost now with the process. */
export interface FakeSpool extends LineSink {
  /** In the order in which they were sealed. */
  stored: Entry[]
  gaps: Gap[]
  positions: Positions
  /** Makes safe what there is, lines and positions together. */
  seal(): void
  /** What a kill leaves. */
  drop(): void
  /** While set, a push does not return. */
  blocked: Promise<void> | null
  sources: Set<Source>
}

export interface Reader {
  readers: PodReaders
  registry: Registry
  logged(): string[]
  stop(): Promise<void>
  /** Stops it, and loses what was not sealed. */
  kill(): Promise<void>
}

export interface ReadingBench {
  api: FakeApiServer
  kubelet: FakeKubelet
  spool: FakeSpool
  start(options?: ReaderOptions): Promise<Reader>
  messages(): string[]
  /** A pod whose container `app` runs. Returns its uid. */
  startPod(parts?: FakePodParts): string
  untilMessages(count: number, timeoutMs?: number): Promise<unknown>
  /** Waits for so many messages, then compares. */
  expectMessages(expected: readonly string[]): Promise<void>
  /** Whether all of it was read, as the saved position says. */
  isDone(uid: string): boolean
  metric(name: string): Promise<number>
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

/** For each test: an API server with a kubelet behind it, a spool in memory, and readers that are stopped at the end. */
export function useReadingBench(): ReadingBench {
  let readers: Reader[] = []
  const bench: ReadingBench = {
    // Replaced before each test.
    api: {} as FakeApiServer,
    kubelet: {} as FakeKubelet,
    spool: {} as FakeSpool,
    async start(options = {}) {
      const reader = await startReader(bench, options)
      readers.push(reader)
      return reader
    },
    messages: () => bench.spool.stored.map(({ message }) => message),
    startPod(parts = {}) {
      const { uid } = bench.api.createPod(parts).metadata
      bench.kubelet.run(uid)
      return uid
    },
    untilMessages: (count, timeoutMs = 10_000) =>
      until(() => bench.messages().length >= count, { what: `${count} messages`, timeoutMs }),
    async expectMessages(expected) {
      await bench.untilMessages(expected.length)
      expect(bench.messages()).toEqual(expected)
    },
    isDone(uid) {
      const position = bench.spool.positions[`pod:${uid}:app`]
      return position?.kind === 'container' && position.isDone
    },
    async metric(name) {
      const text = (await readers.at(-1)?.registry.metrics()) ?? ''
      const line = text.split('\n').find((each) => each.startsWith(`logboom_agent_${name} `))
      return Number(line?.split(' ').at(-1) ?? Number.NaN)
    },
  }
  beforeEach(async () => {
    const api = await openFakeApiServer()
    Object.assign(bench, { api, kubelet: startFakeKubelet(api), spool: createFakeSpool() })
    readers = []
  })
  afterEach(async () => {
    await Promise.all(readers.map((reader) => reader.stop()))
    await bench.api.close()
  })
  return bench
}

const sealMs = 10

async function startReader(bench: ReadingBench, options: ReaderOptions): Promise<Reader> {
  const {
    streamsMax = 200,
    lineBytesMax = 262_144,
    forbiddenMs = 200,
    holdMs = 0,
    sealsByHand,
    ...timings
  } = options
  const { api, spool } = bench
  const registry = new Registry()
  const output = new PassThrough()
  let text = ''
  output.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const access = { server: new URL(api.url), proxyUrl: null, read: async () => ({ headers: {}, tls: {} }) }
  const http = openKubeHttp(access, { socketsMax: streamsMax + 20 })
  const readers = openPodReaders({
    http,
    sink: spool,
    metrics: createMetrics(registry),
    registry,
    log: createLogger('agent', { level: 'debug', destination: output }),
    positions: structuredClone(spool.positions),
    cluster: 'cluster',
    printKey: 'key',
    now: Date.now,
    settings: { streamsMax, lookbackSeconds: 3_600, lineBytesMax },
    timings: { ...quickTimings, ...timings },
    forbiddenMs,
    holdMs,
  })
  const ending = new AbortController()
  const running = readers.run(ending.signal)
  const stopTelling = tellPods(api, readers)
  const sealing = sealsByHand ? undefined : setInterval(() => spool.seal(), sealMs)
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

function createFakeSpool(): FakeSpool {
  const rules = { minLevel: 'TRACE', messageBytesMax: 65_536 } as const
  const metrics = createMetrics(new Registry())
  let entries: Entry[] = []
  let gaps: Gap[] = []
  let moved = new Set<Source>()
  const spool: FakeSpool = {
    stored: [],
    gaps: [],
    positions: {},
    blocked: null,
    sources: new Set(),
    push(line) {
      const entry = processLine(line, rules, metrics)
      if (entry) entries.push(entry)
      spool.touch(line.source)
      return spool.blocked ?? undefined
    },
    addGap(source, gap) {
      gaps.push(gap)
      spool.touch(source)
    },
    touch(source) {
      moved.add(source)
      spool.sources.add(source)
    },
    seal() {
      spool.stored.push(...entries)
      spool.gaps.push(...gaps)
      for (const source of moved) {
        const position = source.position()
        // As it comes back from the disk.
        if (position) spool.positions[source.key] = Position.parse(JSON.parse(JSON.stringify(position)))
      }
      spool.drop()
    },
    drop() {
      entries = []
      gaps = []
      moved = new Set()
    },
  }
  return spool
}
