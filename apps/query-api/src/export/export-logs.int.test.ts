import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { StoredEntry } from '@logboom/contracts'
import { until } from '@logboom/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Line } from '../line-fixture.ts'
import { openQueryApi } from '../query-fixture.ts'
import type { TestQueryApi } from '../query-fixture.ts'
import { readCsv } from './csv-fixture.ts'

let api: TestQueryApi
let agentId: string
/** Of all entries of the agent, oldest first. */
let ids: string[]

const count = 2_500

beforeAll(async () => {
  api = await openQueryApi({ MAX_CONCURRENT_EXPORTS: '1' })
  agentId = (await api.createAgent()).id
  // three streams, some hours, and a thousand lines of one microsecond
  const lines = Array.from({ length: count }, (_, n): Line => {
    const us = n >= 700 && n < 1_700 ? api.nowUs - 3_600e6 : api.nowUs - (count - n) * 11e6
    return {
      time: { us, ns: n % 7 },
      seq: n % 5,
      severity: n % 10 === 0 ? 17 : 9,
      message: `line ${n}`,
      stream: { container_name: `c${n % 3}` },
    }
  })
  await api.store(agentId, lines)
  ids = await pagedIds('order=asc')
  if (ids.length !== count) throw new Error(`${ids.length} entries`)
})
afterAll(() => api.close())

const pathOf = (query: string) => `/api/v1/agents/${agentId}/logs/export?${query}`

async function pagedIds(query: string): Promise<string[]> {
  const found: string[] = []
  let cursor = ''
  for (;;) {
    const page = await api.page(`/api/v1/agents/${agentId}/logs?limit=1000&total=none&${query}${cursor}`)
    found.push(...page.logs.map(({ id }) => id))
    if (!page.has_more) return found
    cursor = `&cursor=${page.next_cursor}`
  }
}

const Mark = z.strictObject({
  export: z.strictObject({
    next_cursor: z.string().nullable(),
    entries: z.int(),
    complete: z.boolean(),
    code: z.string().optional(),
  }),
})
type Mark = z.output<typeof Mark>

const Item = z.union([Mark, StoredEntry.strict()])

/** Whole lines of an export as NDJSON, each read by its schema. */
function readNdjson(text: string): (StoredEntry | Mark)[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line) => Item.parse(JSON.parse(line)))
}
const idsOf = (items: (StoredEntry | Mark)[]) => items.flatMap((item) => ('id' in item ? [item.id] : []))
const marksOf = (items: (StoredEntry | Mark)[]) =>
  items.flatMap((item) => ('export' in item ? [item.export] : []))

describe('an export is what the pages of the same search are', () => {
  test.each([
    '',
    'order=desc',
    'level=ERROR',
    'q=line 1',
    'q=/7$/',
    'container_name=c1&order=desc',
    'since=3h&until=1h',
    'q=nobody',
  ])('%s', async (query) => {
    const expected = await pagedIds(query.includes('order') ? query : `order=asc&${query}`)
    const { status, text, headers } = await api.get(pathOf(query))
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson; charset=utf-8'])
    const items = readNdjson(text)
    expect(idsOf(items)).toEqual(expected)
    expect(marksOf(items).at(-1)).toEqual({ next_cursor: null, entries: expected.length, complete: true })
  })

  test('as CSV, each with what its columns say', async () => {
    const { text, headers } = await api.get(pathOf('format=csv'))
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    const [header = [], ...rows] = readCsv(text)
    expect(rows.map((row) => row[header.indexOf('id')])).toEqual(ids)
    expect(rows.at(-1)?.at(-1)).toBe('complete')
  })

  test('as text, a line for each', async () => {
    const { text, headers } = await api.get(pathOf('format=text'))
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8')
    const lines = text.split('\n').filter((line) => !line.startsWith('#') && line !== '')
    expect(lines).toHaveLength(count)
    expect(lines.map((line) => line.slice(0, 30))).toEqual(lines.map((line) => line.slice(0, 30)).toSorted())
    expect(text).toMatch(/# export: complete, entries=2500\n$/)
  })
})

describe('goes on from every cursor, without an entry lost or doubled, in whatever format', () => {
  test('of NDJSON', async () => {
    const items = readNdjson((await api.get(pathOf('since=12h'))).text)
    const marks = items.flatMap((item, at) =>
      'export' in item && item.export.next_cursor !== null ? [at] : [],
    )
    expect(marks.length).toBeGreaterThan(1)
    for (const at of marks) {
      const { next_cursor: cursor } = marksOf(items.slice(at))[0] ?? {}
      const rest = readNdjson((await api.get(pathOf(`since=12h&cursor=${cursor}`))).text)
      expect([...idsOf(items.slice(0, at)), ...idsOf(rest)]).toEqual(ids)
    }
  })

  test('of CSV, going on as NDJSON', async () => {
    const [header = [], ...rows] = readCsv((await api.get(pathOf('format=csv'))).text)
    const at = rows.findIndex((row) => row.at(-1) !== '')
    const rest = await api.get(pathOf(`format=ndjson&order=asc&cursor=${rows[at]?.at(-1)}`))
    const had = rows.slice(0, at + 1).map((row) => row[header.indexOf('id')])
    expect([...had, ...idsOf(readNdjson(rest.text))]).toEqual(ids)
  })

  test('of text', async () => {
    const lines = (await api.get(pathOf('format=text'))).text.split('\n')
    const at = lines.findIndex((line) => line.startsWith('#'))
    const [, cursor] = /next_cursor=(\S+)/.exec(lines[at] ?? '') ?? []
    const rest = await api.get(pathOf(`cursor=${cursor}`))
    expect([...ids.slice(0, at), ...idsOf(readNdjson(rest.text))]).toEqual(ids)
  })

  test('a cursor of other filters, another order or of a page is none of its own', async () => {
    const [mark] = marksOf(readNdjson((await api.get(pathOf(''))).text))
    const page = await api.page(`/api/v1/agents/${agentId}/logs?limit=1`)
    for (const query of [
      `level=ERROR&cursor=${mark?.next_cursor}`,
      `order=desc&cursor=${mark?.next_cursor}`,
      `cursor=${page.next_cursor}`,
    ]) {
      const { status, body } = await api.get(pathOf(query))
      expect([status, body['code']]).toEqual([400, 'invalid_cursor'])
    }
  })
})

/** An answer whose body is not read until it is asked for. */
async function open(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const asked = request(api.url + path, { headers: { Authorization: `Bearer ${api.admin}`, ...headers } })
  asked.end()
  const [answer]: IncomingMessage[] = await once(asked, 'response')
  if (!answer) throw new Error('no answer')
  return answer
}

/** What came of it, and whether it came to its end. */
async function readAll(answer: IncomingMessage): Promise<{ body: Buffer; isWhole: boolean }> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of answer) chunks.push(chunk)
  } catch {
    return { body: Buffer.concat(chunks), isWhole: false }
  }
  return { body: Buffer.concat(chunks), isWhole: answer.complete }
}

test('it is compressed where the client understands that, and only there', async () => {
  const plain = await open(pathOf('level=ERROR'))
  const gzip = await open(pathOf('level=ERROR'), { 'Accept-Encoding': 'br, gzip' })
  expect([plain.headers['content-encoding'], gzip.headers['content-encoding']]).toEqual([undefined, 'gzip'])
  expect(gzip.headers.vary).toContain('Accept-Encoding')
  const [text, packed] = [await readAll(plain), await readAll(gzip)]
  const entriesOf = (body: Buffer) => idsOf(readNdjson(String(body)))
  expect(entriesOf(gunzipSync(packed.body))).toEqual(entriesOf(text.body))
  expect(packed.body.length).toBeLessThan(text.body.length / 4)
})

test('it is a file with a name, and HEAD tells so without reading it', async () => {
  const { headers } = await api.get(pathOf('format=csv&q=nobody'))
  expect(headers.get('content-disposition')).toMatch(
    new RegExp(`^attachment; filename="?logboom-agent-${agentId}-\\d{8}T\\d{6}Z\\.csv"?$`),
  )
  const head = await api.call('HEAD', pathOf('format=text'), api.admin)
  expect([head.status, head.text]).toEqual([200, ''])
  expect(head.headers.get('content-disposition')).toMatch(/\.log"?$/)
})

test('what is wrong with a question is told before anything is sent', async () => {
  for (const [query, parameter] of [
    ['format=xml', 'format'],
    ['limit=5', 'limit'],
    ['order=up', 'order'],
    ['since=2d&until=3d', 'since'],
  ]) {
    const { status, body } = await api.get(pathOf(query ?? ''))
    expect([status, body['parameter']]).toEqual([400, parameter])
  }
})

describe('of many lines', () => {
  const many = 15_000
  let loud: string
  beforeAll(async () => {
    loud = (await api.createAgent()).id
    await api.store(loud, [{ time: { us: api.nowUs - 60e6, ns: 0 } }])
    await api.pool.query(
      `insert into agent_logs (timestamp, created_at, stream_id, id, suborder, retention_class, severity, flags, message)
       select l.timestamp + make_interval(secs => n * 0.0001), l.created_at, l.stream_id, gen_random_uuid(), n % 3, 1, 9, 1,
         rpad('line ' || n, 1000, 'x')
       from agent_logs l join log_streams s on s.id = l.stream_id, generate_series(1, $2::int) n
       where s.agent_id = $1`,
      [loud, many],
    )
  })
  const path = () => `/api/v1/agents/${loud}/logs/export`

  async function openTransactions(): Promise<number> {
    const { rowCount } = await api.pool.query(
      `select from pg_stat_activity
       where application_name = 'logboom-query-api' and datname = current_database() and xact_start is not null`,
    )
    return rowCount ?? 0
  }

  test('one that nobody reads keeps no other from its turn, and no transaction open', async () => {
    const slow = await open(path())
    const other = await api.get(pathOf('level=ERROR'))
    expect(marksOf(readNdjson(other.text)).at(-1)?.complete).toBe(true)
    await until(async () => (await openTransactions()) === 0, { what: 'a client that takes no more' })
    const { body, isWhole } = await readAll(slow)
    const items = readNdjson(String(body))
    expect([isWhole, new Set(idsOf(items)).size]).toEqual([true, many + 1])
    expect(marksOf(items).at(-1)).toEqual({ next_cursor: null, entries: many + 1, complete: true })
  })

  test('one that fails on its way says so, is cut, and can be gone on with', async () => {
    const answer = await open(path())
    await api.pool.query('alter table agent_logs rename to agent_logs_away')
    const { body, isWhole } = await readAll(answer)
    await api.pool.query('alter table agent_logs_away rename to agent_logs')
    expect(isWhole).toBe(false)
    const items = readNdjson(String(body))
    const mark = marksOf(items).at(-1)
    expect(mark).toMatchObject({ complete: false, code: 'internal_error', entries: idsOf(items).length })
    expect(idsOf(items).length).toBeLessThan(many)
    const rest = readNdjson((await api.get(`${path()}?cursor=${mark?.next_cursor}`)).text)
    const all = [...idsOf(items), ...idsOf(rest)]
    expect([all.length, new Set(all).size]).toEqual([many + 1, many + 1])
  })

  test('one whose client goes away gives its turn back', async () => {
    const answer = await open(path(), { 'Accept-Encoding': 'gzip' })
    answer.destroy()
    const next = await api.get(pathOf('level=ERROR'))
    expect(marksOf(readNdjson(next.text)).at(-1)?.complete).toBe(true)
    await until(async () => (await openTransactions()) === 0, { what: 'the end of the one that was left' })
  })
})
