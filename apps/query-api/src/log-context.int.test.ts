import { randomUUID } from 'node:crypto'
import { LogContext } from '@logboom/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Line } from './line-fixture.ts'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

const path = '/api/v1/logs/context'

async function contextOf(query: string, as?: string): Promise<LogContext> {
  const { status, body, text } = await api.get(`${path}?${query}`, as)
  if (status !== 200) throw new Error(text)
  return LogContext.parse(body)
}

const idsOf = (entries: { id: string }[]) => entries.map(({ id }) => id)

/** Lines of one stream among those of two others at the same times; ids in the order of the stream. */
async function storeStreams(
  times: number[],
): Promise<{ agentId: string; ids: string[]; timeOf: (id: string) => number }> {
  const { id: agentId } = await api.createAgent()
  const others = ['other', 'another'].flatMap((name) =>
    times.map((us): Line => ({ time: { us, ns: 0 }, stream: { container_name: name } })),
  )
  const lines = times.map((us, seq): Line => ({ time: { us, ns: 0 }, seq, message: `line ${seq}` }))
  const ids = (await api.store(agentId, [...others, ...lines])).slice(others.length)
  return { agentId, ids, timeOf: (id) => times[ids.indexOf(id)] ?? 0 }
}

const minutesAgo = (minutes: number) => api.nowUs - minutes * 60e6

test('shows the lines of the stream around one line, in order, and no others', async () => {
  const times = Array.from({ length: 60 }, (_, n) => minutesAgo(500 - n * 8))
  const { ids, timeOf } = await storeStreams(times)
  for (const at of [0, 1, 25, 58, 59]) {
    const id = ids[at] ?? ''
    const context = await contextOf(`id=${id}&timestamp=${timeOf(id)}&before=7&after=5`)
    expect(idsOf([context.entry])).toEqual([id])
    expect(idsOf(context.before)).toEqual(ids.slice(Math.max(0, at - 7), at))
    expect(idsOf(context.after)).toEqual(ids.slice(at + 1, at + 6))
    expect([context.has_more_before, context.has_more_after]).toEqual([at > 7, at + 6 < ids.length])
  }
})

test('an entry is found by its timestamp as the API shows it', async () => {
  const { agentId, ids } = await storeStreams([minutesAgo(3), minutesAgo(2), minutesAgo(1)])
  const { logs } = await api.page(`/api/v1/agents/${agentId}/logs?container_name=main`)
  for (const { id, timestamp } of logs) {
    const { before, entry, after } = await contextOf(`id=${id}&timestamp=${timestamp}`)
    expect(idsOf([...before, entry, ...after])).toEqual(ids)
    expect(entry).toEqual(logs.find((line) => line.id === id))
  }
})

test('pages by cursor go through a thousand lines of one microsecond, each exactly once', async () => {
  const us = minutesAgo(10)
  const { id: agentId } = await api.createAgent()
  // equal in all but their ids, for half of them
  const lines = Array.from({ length: 1_000 }, (_, n): Line => ({ time: { us, ns: 0 }, seq: n % 2 ? 7 : n }))
  await api.store(agentId, lines)
  const { logs } = await api.page(`/api/v1/agents/${agentId}/logs?limit=1000&order=asc`)
  const start = logs[611]
  const first = await contextOf(`id=${start?.id}&timestamp=${start?.timestamp}&before=90&after=110`)
  const seen = idsOf([...first.before, first.entry, ...first.after])
  for (let cursor = first.before_cursor; cursor;) {
    const page = await contextOf(`cursor=${cursor}&before=90&after=0`)
    expect(idsOf([page.entry])).toEqual(seen.slice(0, 1))
    seen.unshift(...idsOf(page.before))
    cursor = page.before_cursor
  }
  for (let cursor = first.after_cursor; cursor;) {
    const page = await contextOf(`cursor=${cursor}&before=0&after=110`)
    expect(idsOf([page.entry])).toEqual(seen.slice(-1))
    seen.push(...idsOf(page.after))
    cursor = page.after_cursor
  }
  expect(seen).toEqual(idsOf(logs))
})

test('none before and none after are asked for: it still says whether there are any', async () => {
  const { ids, timeOf } = await storeStreams([minutesAgo(3), minutesAgo(2), minutesAgo(1)])
  const ask = (id = '') => contextOf(`id=${id}&timestamp=${timeOf(id)}&before=0&after=0`)
  expect(await ask(ids[0])).toMatchObject({
    before: [],
    after: [],
    has_more_before: false,
    has_more_after: true,
  })
  const middle = await ask(ids[1])
  expect(middle).toMatchObject({ has_more_before: true, has_more_after: true })
  expect(idsOf((await contextOf(`cursor=${middle.before_cursor}`)).before)).toEqual(ids.slice(0, 1))
})

test('neighbours that have expired are not shown', async () => {
  const { id: agentId } = await api.createAgent()
  const expired = { createdUs: api.nowUs - 43_201e6 }
  const lines = [3, 2, 1].map((minutes) => ({ time: { us: minutesAgo(minutes), ns: 0 } }))
  const ids = await api.store(agentId, [
    { ...lines[0], ...expired },
    lines[1] ?? {},
    { ...lines[2], ...expired },
  ])
  const { before, after, ...rest } = await contextOf(`id=${ids[1]}&timestamp=${minutesAgo(2)}`)
  expect([before, after, rest.has_more_before, rest.has_more_after]).toEqual([[], [], false, false])
})

test('a line without a message is one like any other', async () => {
  const { id: agentId } = await api.createAgent()
  const ids = await api.store(agentId, [
    { time: { us: minutesAgo(2), ns: 1 }, message: '', attributes: '{"a":{"b":1}}' },
    { time: { us: minutesAgo(1), ns: 999 }, message: '', attributes: '{"c":"d"}' },
  ])
  const { before, entry } = await contextOf(`id=${ids[1]}&timestamp=${minutesAgo(1)}`)
  expect(before).toMatchObject([{ id: ids[0], message: '', attributes: { a: { b: 1 } } }])
  expect(entry).toMatchObject({ message: '', attributes: { c: 'd' } })
})

describe('what is wrong with a question is told', () => {
  const id = randomUUID()
  test.each([
    ['', 'id'],
    [`id=${id}`, 'timestamp'],
    [`id=${id}&timestamp=15m`, 'timestamp'],
    ['timestamp=2026-01-01', 'id'],
    [`id=${id}&cursor=x`, 'cursor'],
    ['cursor=x', 'cursor'],
    [`id=${id}&timestamp=2026-01-01&before=501`, 'before'],
    [`id=${id}&timestamp=2026-01-01&after=-1`, 'after'],
    [`id=${id}&timestamp=2026-01-01&level=INFO`, 'level'],
  ])('%s', async (query, parameter) => {
    const { status, body } = await api.get(`${path}?${query}`)
    expect([status, body['parameter']]).toEqual([400, parameter])
  })

  test('the cursor of a page of a search is none of these', async () => {
    const { agentId } = await storeStreams([minutesAgo(2), minutesAgo(1)])
    const { next_cursor: cursor } = await api.page(`/api/v1/agents/${agentId}/logs?limit=1`)
    const { status, body } = await api.get(`${path}?cursor=${cursor}`)
    expect([status, body['code']]).toEqual([400, 'invalid_cursor'])
  })
})
