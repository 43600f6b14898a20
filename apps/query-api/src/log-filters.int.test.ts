import { formatTimestamp, severityOf } from '@logboom/contracts'
import type { LogPage } from '@logboom/contracts'
import type { Line } from './line-fixture.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

/** An agent with these lines, a second apart, the newest first; asks for its lines. */
async function agentWith(
  lines: Line[],
): Promise<{ id: string; ids: string[]; ask: (query?: string) => Promise<LogPage> }> {
  const { id } = await api.createAgent()
  const timed = lines.map((line, index) => ({ time: { us: api.nowUs - index * 1e6, ns: 0 }, ...line }))
  const ids = await api.store(id, timed)
  return { id, ids, ask: (query = '') => api.page(`/api/v1/agents/${id}/logs?${query}`) }
}

function messagesOf(page: LogPage): string[] {
  return page.logs.map(({ message }) => message)
}

describe('filters', () => {
  const pods: Line[] = [
    {
      message: '1',
      severity: severityOf.DEBUG,
      stream: { namespace: 'prod', pod_name: 'web-1', container_name: 'app' },
    },
    {
      message: '2',
      severity: severityOf.INFO,
      stream: { namespace: 'prod', pod_name: 'web-2', container_name: 'proxy' },
    },
    {
      message: '3',
      severity: severityOf.WARN + 1,
      stream: { namespace: 'test', pod_name: 'web%1', labels: { app: 'web' } },
    },
    {
      message: '4',
      severity: severityOf.FATAL,
      stream: { namespace: 'test', pod_name: 'a_b\\c', labels: { app: 'db' } },
    },
    { message: '5', severity: null, stream: { namespace: 'test', pod_name: 'axb\\c' } },
  ]
  let ask: (query?: string) => Promise<LogPage>
  beforeAll(async () => {
    ask = (await agentWith(pods)).ask
  })

  test.each([
    ['', '12345'],
    ['namespace=prod', '12'],
    ['namespace=pro', ''],
    ['pod_name=web', '123'],
    ['pod_name=web*', '123'],
    ['pod_name=*', '12345'],
    ['pod_name=web-', '12'],
    ['pod_name=web%25', '3'],
    ['pod_name=%25', ''],
    ['pod_name=_', ''],
    ['pod_name=a_b', '4'],
    ['pod_name=a_b%5C', '4'],
    ['pod_name=%5C', ''],
    ['pod_name=eb', ''],
    ['pod_name_exact=web-1', '1'],
    ['pod_name_exact=web', ''],
    ["pod_name='%20or%20true%20--", ''],
    ['container_name=proxy', '2'],
    ['namespace=prod&container_name=app&pod_name=w', '1'],
    ['level=INFO', '2'],
    ['level=warning', '3'],
    ['level=DEBUG&level=fatal', '14'],
    ['min_level=WARN', '34'],
    ['min_level=ERROR', '4'],
    ['min_level=TRACE', '1234'],
    ['min_level=WARN&level=DEBUG', ''],
    ['min_level=WARN&level=DEBUG&level=FATAL', '4'],
    ['labels.app=web', '3'],
    ['labels.app=WEB', ''],
    ['labels.none=web', ''],
    ['order=asc', '54321'],
    ['order=asc&limit=2', '54'],
    ['limit=2', '12'],
    ['offset=3', '45'],
    ['offset=1&limit=2', '23'],
    ['offset=5', ''],
    ['offset=100000', ''],
  ])('%s', async (query, expected) => expect(messagesOf(await ask(query)).join('')).toBe(expected))
})

describe('text', () => {
  const texts = [
    'Connection TIMEOUT after 100%',
    'connection_timeout',
    'straße ÜBER',
    'plain',
    'a\\b',
    '/var/log/x',
  ]
  let ask: (query?: string) => Promise<LogPage>
  beforeAll(async () => {
    ask = (await agentWith(texts.map((message) => ({ message })))).ask
  })

  test.each([
    ['timeout', [0, 1]],
    ['n timeout', [0]],
    ['100%', [0]],
    ['%', [0]],
    ['_', [1]],
    ['a\\b', [4]],
    ['STRASSE', []],
    ['über', [2]],
    ['STRAßE', [2]],
    ["'; drop table agents; --", []],
    ['/var/log/', [5]],
    ['/time-?out( after)?/', [1]],
    ['/(?i)^connection.timeout/', [0, 1]],
    ['/^$/', []],
  ])('%s', async (q, expected) => {
    const page = await ask(`q=${encodeURIComponent(q)}`)
    expect(messagesOf(page)).toEqual(expected.map((index) => texts[index]))
    expect(page).toMatchObject({ total: expected.length, total_is_exact: true, has_more: false })
  })

  test('an expression goes page by page, with offset as well', async () => {
    const first = await ask('q=/n/&limit=1')
    expect(first).toMatchObject({ has_more: true, total: 2, total_is_exact: false })
    const next = await ask(`q=/n/&limit=5&cursor=${first.next_cursor}`)
    expect([...messagesOf(first), ...messagesOf(next)]).toEqual([texts[0], texts[1], texts[3]])
    expect(messagesOf(await ask('q=/n/&offset=1&limit=1'))).toEqual([texts[1]])
    expect(await ask('q=/n/&limit=1&total=exact')).toMatchObject({ total: 3, total_is_exact: true })
  })
})

test('attributes are equal as text; a key with dots is tried whole before it is a path', async () => {
  const { ask } = await agentWith([
    { message: '1', attributes: '{"trace_id":"t1","n":5,"ok":true,"http":{"method":"GET"}}' },
    { message: '2', attributes: '{"trace_id":"t2","http.method":"GET","http":{"method":"PUT"}}' },
    { message: '3', attributes: null },
  ])
  const found = async (query: string) => messagesOf(await ask(query)).join('')
  expect(await found('attributes.trace_id=t1')).toBe('1')
  expect(await found('attributes.n=5')).toBe('1')
  expect(await found('attributes.ok=true')).toBe('1')
  expect(await found('attributes.http.method=GET')).toBe('12')
  expect(await found('attributes.http.method=PUT')).toBe('')
  expect(await found('attributes.trace_id=t1&attributes.n=6')).toBe('')
  expect(await found("attributes.x'%20or%20true=1")).toBe('')
})

describe('the window is [since, until) to the nanosecond', () => {
  const us = Date.now() * 1000
  let ask: (query?: string) => Promise<LogPage>
  beforeAll(async () => {
    const at = [
      [us, 0],
      [us, 1],
      [us, 999],
      [us + 1, 0],
      [us + 1, 500],
    ] as const
    ask = (
      await agentWith(at.map(([micros, ns], index) => ({ message: String(index), time: { us: micros, ns } })))
    ).ask
  })

  const time = (ns: number) => formatTimestamp({ us: us + Math.floor(ns / 1000), ns: ns % 1000 })

  test.each([
    [0, 2_000, '01234'],
    [0, 1, '0'],
    [1, 1_000, '12'],
    [1, 999, '1'],
    [2, 999, ''],
    [999, 1_000, '2'],
    [999, 1_001, '23'],
    [1_000, 1_500, '3'],
    [1_000, 1_501, '34'],
    [1_501, 3_000, ''],
    [5, 5, ''],
  ])('[%i ns, %i ns)', async (since, until, expected) => {
    for (const total of ['capped', 'exact', 'none']) {
      const page = await ask(`order=asc&total=${total}&since=${time(since)}&until=${time(until)}`)
      expect(messagesOf(page).join('')).toBe(expected)
      expect(page).toMatchObject({ total: expected.length, total_is_exact: true })
    }
  })

  test('in nanoseconds since 1970 as well', async () => {
    const page = await ask(`order=asc&since=${us}999&until=${us + 1}001`)
    expect(messagesOf(page).join('')).toBe('23')
  })
})

test('relative times count from the clock of the server', async () => {
  const { ask } = await agentWith([
    { message: 'new', time: { us: api.nowUs - 60e6, ns: 0 } },
    { message: 'old', time: { us: api.nowUs - 3_600e6, ns: 0 } },
  ])
  expect(messagesOf(await ask('since=30m'))).toEqual(['new'])
  expect(messagesOf(await ask('until=30m'))).toEqual(['old'])
  expect(messagesOf(await ask('since=2h&until=now'))).toEqual(['new', 'old'])
})
