import { until } from '@logboom/testing'
import { afterEach, beforeEach, expect } from 'vitest'
import { openFakeApiServer } from './fake-api-server-fixture.ts'
import type { FakeApiServer } from './fake-api-server-fixture.ts'
import { startFakeKubelet } from './fake-kubelet-fixture.ts'
import type { FakeKubelet } from './fake-kubelet-fixture.ts'
import { createFakeSpool } from './fake-spool-fixture.ts'
import type { FakeSpool } from './fake-spool-fixture.ts'
import type { FakePodParts } from './pod-objects-fixture.ts'
import { startReader } from './start-reader-fixture.ts'
import type { Reader, ReaderOptions } from './start-reader-fixture.ts'

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
