import { until } from '@logboom/testing'
import { afterEach, beforeEach, expect } from 'vitest'
import { createFakeSpool } from '../kubernetes/fake-spool-fixture.ts'
import type { FakeSpool } from '../kubernetes/fake-spool-fixture.ts'
import { createFakePodLogs } from './fake-pod-logs-fixture.ts'
import type { FakePodLogs } from './fake-pod-logs-fixture.ts'
import { startFileReader } from './pod-file-reader-fixture.ts'
import type { FileReader, FileReaderOptions } from './pod-file-reader-fixture.ts'
import { createPodNews } from './watch-pod-files.ts'
import type { PodNews } from './watch-pod-files.ts'

export interface PodFileBench {
  spool: FakeSpool
  logs: FakePodLogs
  /** Tells the reader that was started last. */
  news: PodNews
  /** Starts a reader that knows of the pod. */
  start(options?: FileReaderOptions): FileReader
  /** As a broker stores them: one of each id. */
  messages(): string[]
  expectMessages(expected: readonly string[]): Promise<void>
  /** A line of the metrics of the reader that was started last. */
  metric(name: string): Promise<string | undefined>
}

/** For each test: the logs of a pod, a spool in memory, and readers that are stopped at the end. */
export function usePodFileBench(): PodFileBench {
  let readers: FileReader[] = []
  const bench: PodFileBench = {
    // Replaced before each test.
    spool: {} as FakeSpool,
    logs: {} as FakePodLogs,
    news: createPodNews(),
    start(options = {}) {
      bench.news = options.news ?? createPodNews()
      bench.news.changed(bench.logs.pod)
      const reader = startFileReader(bench.spool, bench.logs.root, { ...options, news: bench.news })
      readers.push(reader)
      return reader
    },
    messages: () => [...new Map(bench.spool.stored.map((it) => [it.entry_id, it.message])).values()],
    async expectMessages(expected) {
      const what = `${expected.length} messages`
      await until(() => bench.messages().length >= expected.length, { what, timeoutMs: 10_000 })
      expect(bench.messages()).toEqual(expected)
    },
    async metric(name) {
      const text = await readers.at(-1)?.registry.metrics()
      return text?.split('\n').find((line) => line.startsWith(`logboom_agent_${name} `))
    },
  }
  beforeEach(() => {
    Object.assign(bench, { spool: createFakeSpool(), logs: createFakePodLogs() })
  })
  afterEach(async () => {
    await Promise.all(readers.map((reader) => reader.stop()))
    readers = []
    bench.logs.close()
  })
  return bench
}
