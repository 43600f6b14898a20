import { PassThrough } from 'node:stream'
import { createLogger } from '@logboom/service'
import { Registry } from 'prom-client'
import { createMetrics } from '../../metrics.ts'
import type { FakeSpool } from '../kubernetes/fake-spool-fixture.ts'
import type { PodFileDeps } from './container-files.ts'
import { createPodFileMetrics } from './pod-file-metrics.ts'
import { createPodFileSet } from './pod-file-set.ts'
import { createPodNews, watchPodFiles } from './watch-pod-files.ts'
import type { PodNews } from './watch-pod-files.ts'

export interface FileReader {
  registry: Registry
  logged(): string[]
  /** Ends it, and makes safe what it has taken. */
  stop(): Promise<void>
  /** Ends it, and loses what was not sealed. */
  kill(): Promise<void>
}

export interface FileReaderOptions extends Partial<PodFileDeps> {
  /** Told of pods; default: news that nobody tells. */
  news?: PodNews
  /** Nothing is sealed but by the test. */
  sealsByHand?: boolean
}

const sealMs = 10

/** Reads the files of pods into a spool in memory, quickly. */
export function startFileReader(
  spool: FakeSpool,
  root: string,
  { news = createPodNews(), sealsByHand = false, ...options }: FileReaderOptions = {},
): FileReader {
  const registry = new Registry()
  const output = new PassThrough()
  let text = ''
  output.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const log = createLogger('agent', { level: 'debug', destination: output })
  const deps: PodFileDeps = { ...quickDeps(spool, registry), log, ...options }
  const set = createPodFileSet(root, structuredClone(spool.positions), deps)
  const ending = new AbortController()
  const running = watchPodFiles(set, news, { pollMs: 20 }, ending.signal)
  const sealing = sealsByHand ? undefined : setInterval(() => spool.seal(), sealMs)
  const end = async () => {
    ending.abort()
    clearInterval(sealing)
    await running
  }
  return {
    registry,
    logged: () => text.split('\n'),
    async stop() {
      await end()
      spool.seal()
    },
    async kill() {
      spool.drop()
      const kept = {
        stored: [...spool.stored],
        gaps: [...spool.gaps],
        positions: structuredClone(spool.positions),
      }
      await end()
      spool.drop()
      Object.assign(spool, kept)
    },
  }
}

function quickDeps(sink: FakeSpool, registry: Registry): Omit<PodFileDeps, 'log'> {
  return {
    sink,
    metrics: createMetrics(registry),
    fileMetrics: createPodFileMetrics(registry),
    cluster: 'cluster',
    printKey: 'key',
    now: Date.now,
    lineBytesMax: 262_144,
    partialMs: 300,
    quietMs: 100,
    deletedMs: 300,
    lookbackMs: 3_600_000,
  }
}
