import { expect, test } from 'vitest'
import type { StreamView } from '../sources/running-source.ts'
import { renderStreams } from './render-streams.ts'

const nowMs = Date.parse('2026-11-27T10:00:00Z')
const usAgo = (seconds: number) => (nowMs - seconds * 1000) * 1000

function view(key: string, lagSeconds: number | null, path?: string): StreamView {
  const names = {
    namespace: 'production',
    podName: key,
    containerName: 'app',
    podUid: null,
    node: null,
    deploymentObjectId: null,
    workOrderId: null,
    labels: path === undefined ? {} : { path },
  }
  const readUntilUs = () => (lagSeconds === null ? null : usAgo(lagSeconds))
  return {
    kind: 'file',
    source: { key, names, readUntilUs },
    state: 'following',
    lines: 7,
    lastLineUs: usAgo(90),
  }
}

test('the worst lag is first, and what was never read to its end is worse than any', () => {
  const { type, body } = renderStreams([view('a', 1), view('b', 300.5), view('c', null)], '*/*', nowMs)
  expect(type).toBe('application/json')
  const { streams, ...counts } = JSON.parse(body)
  expect(counts).toEqual({ total: 3, shown: 3 })
  expect(streams.map(({ key }: { key: string }) => key)).toEqual(['c', 'b', 'a'])
  expect(streams[1]).toEqual({
    kind: 'file',
    state: 'following',
    lag_seconds: 300.5,
    read_until: '2026-11-27T09:54:59.500000Z',
    position_age_seconds: 90,
    lines: 7,
    namespace: 'production',
    pod_name: 'b',
    container_name: 'app',
    key: 'b',
  })
})

test('ten thousand streams are a page of a thousand that says so', () => {
  const views = Array.from({ length: 10_000 }, (_, at) => view(`s${at}`, at))
  const { body } = renderStreams(views, 'application/json, text/plain', nowMs)
  const { total, shown, streams } = JSON.parse(body)
  expect([total, shown, streams.length, streams[0].key]).toEqual([10_000, 1_000, 1_000, 's9999'])
  expect(renderStreams(views, 'text/plain', nowMs).body).toMatch(/… and 9000 more\n$/)
})

test('a terminal gets a table in which no name of a file drives it', () => {
  const { type, body } = renderStreams(
    [view('a', 2, '/var/log/\u001b[2J.log'), view('b', null)],
    'text/plain',
    nowMs,
  )
  expect(type).toBe('text/plain; charset=utf-8')
  expect(body.split('\n')).toEqual([
    'LAG   POSITION  LINES  KIND  STATE      STREAM',
    '?     90.0s     7      file  following  production/b/app',
    '2.0s  90.0s     7      file  following  /var/log/?[2J.log',
    '',
  ])
})
