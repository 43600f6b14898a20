import { until } from '@logboom/testing'
import { afterEach, expect, test } from 'vitest'
import { nowTime } from '../kubernetes/fake-kubelet-fixture.ts'
import { useReadingBench } from '../kubernetes/pod-reading-fixture.ts'
import { createFakePodLogs } from './fake-pod-logs-fixture.ts'
import type { FakePodLogs } from './fake-pod-logs-fixture.ts'
import { startFileReader } from './pod-file-reader-fixture.ts'
import { createPodNews } from './watch-pod-files.ts'

const bench = useReadingBench()
let logs: FakePodLogs | undefined
afterEach(() => logs?.close())

test('from the API to files and back, while the container goes on writing: nothing is lost, and nothing is stored twice', async () => {
  const uid = bench.startPod()
  const { namespace, name } = bench.api.pods()[0]?.metadata ?? { namespace: '', name: '' }
  const files = createFakePodLogs({ uid, namespace, name })
  logs = files
  const produced: string[] = []
  const write = (text: string, isPart = false) => {
    const how = {
      time: nowTime(),
      output: produced.length % 7 === 0 ? ('stderr' as const) : ('stdout' as const),
    }
    bench.kubelet.write(uid, text, { ...how, isPart })
    files.write(text, { ...how, isPart })
  }
  const writing = setInterval(() => {
    if (produced.length % 10 === 3) write('a long ', true)
    write(`line ${produced.length}`)
    produced.push(produced.length % 10 === 3 ? `a long line ${produced.length}` : `line ${produced.length}`)
  }, 3)
  const untilAhead = (lines: number) => {
    const goal = produced.length + lines
    return until(() => stored().size >= goal, { what: `${goal} lines`, timeoutMs: 20_000 })
  }
  for (const _ of [1, 2]) {
    const viaApi = await bench.start()
    await untilAhead(60)
    await viaApi.stop()
    bench.spool.seal()
    const news = createPodNews()
    news.changed(podOf(files, bench.kubelet.life(uid).id))
    const viaFiles = startFileReader(bench.spool, files.root, { news })
    await untilAhead(60)
    await viaFiles.stop()
  }
  clearInterval(writing)
  await bench.start()
  await until(() => stored().size >= produced.length, { what: 'all lines', timeoutMs: 20_000 })
  expect([...stored().values()].toSorted()).toEqual(produced.toSorted())
  expect(bench.spool.gaps).toEqual([])
})

/** As a broker stores them: one of each id. */
function stored(): Map<unknown, string> {
  return new Map(bench.spool.stored.map(({ entry_id, message }) => [entry_id, message]))
}

function podOf({ pod }: FakePodLogs, containerId: string): FakePodLogs['pod'] {
  return { ...pod, containers: pod.containers.map((container) => ({ ...container, containerId })) }
}
