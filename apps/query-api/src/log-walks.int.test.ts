import * as fc from 'fast-check'
import { severityOf } from '@logboom/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Line } from './line-fixture.ts'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

interface Stored extends Line {
  id: string
  us: number
  isExpired: boolean
}

const hourUs = 3_600e6

/** Half of them within a second, the others over hours; one in 40 is FATAL, one in 5 has expired but is still counted. */
async function store(agentId: string, count: number, streams: number): Promise<Stored[]> {
  const lines = Array.from({ length: count }, (_, n) => ({
    us: api.nowUs - Math.round(n % 2 === 0 ? n * 3_000 : (n / count) * 10 * hourUs),
    severity: n % 40 === 7 ? severityOf.FATAL : severityOf.INFO,
    message: n % 3 === 0 ? 'alpha' : 'beta',
    stream: { pod_name: `pod-${n % streams}` },
    isExpired: n % 5 === 2,
  }))
  const ids = await api.store(
    agentId,
    lines.map(({ us, isExpired, ...line }) => ({
      ...line,
      time: { us, ns: 0 },
      ...(isExpired && { createdUs: api.nowUs - 13 * hourUs }),
    })),
  )
  return lines.map((line, n) => ({ ...line, id: ids[n] ?? '' }))
}

/** Streams without lines: so many that a search goes by the filter. */
async function addStreams(agentId: string, count: number): Promise<void> {
  await api.pool.query(
    `insert into log_streams (id, agent_id, namespace, pod_name, first_seen, last_seen)
     select -n, $1::uuid, 'idle', 'idle-' || n, now(), now() from generate_series(1, $2::int) n`,
    [agentId, count],
  )
}

async function pageThrough(path: string, limit: number): Promise<string[]> {
  const ids: string[] = []
  let cursor = ''
  for (;;) {
    const page = await api.page(`${path}&total=none&limit=${limit}${cursor}`)
    ids.push(...page.logs.map(({ id }) => id))
    if (page.next_cursor === null) return ids
    cursor = `&cursor=${page.next_cursor}`
  }
}

describe('whatever streams are thought to hold, pages are the whole list in order', () => {
  const matches: Record<string, (line: Stored) => boolean> = {
    '': () => true,
    'level=FATAL': ({ severity }) => severity === severityOf.FATAL,
    'level=WARN&level=FATAL': ({ severity }) => severity === severityOf.FATAL,
    'q=ALPHA': ({ message }) => message === 'alpha',
    'q=/^a/&level=FATAL': ({ message, severity }) => message === 'alpha' && severity === severityOf.FATAL,
    'pod_name=pod-1&level=INFO': ({ stream, severity }) =>
      severity === severityOf.INFO && (stream?.pod_name?.startsWith('pod-1') ?? false),
  }
  const paths: Record<string, Stored[]> = {}

  beforeAll(async () => {
    const [few, many, all] = [await api.createAgent(), await api.createAgent(), await api.createAgent()]
    await addStreams(all.id, 2_100)
    paths[`/api/v1/agents/${few.id}/logs`] = await store(few.id, 200, 3)
    paths[`/api/v1/agents/${many.id}/logs`] = await store(many.id, 300, 150)
    paths[`/api/v1/agents/${all.id}/logs`] = await store(all.id, 240, 20)
    paths['/api/v1/logs'] = Object.values(paths).flat()
  })

  const search = fc.record({
    path: fc.constantFrom(0, 1, 2, 3),
    filter: fc.constantFrom(...Object.keys(matches)),
    order: fc.constantFrom('asc' as const, 'desc' as const),
    limit: fc.constantFrom(7, 40, 250),
    rows: fc.constantFrom(0, 1, 200, 100_000, 1e9),
    firstSeenHours: fc.constantFrom(0, 1, 30),
    lastSeenHours: fc.constantFrom(-1, 0, 2, 9),
  })

  test('of few streams, of many, of too many to list, and of all', async () => {
    await fc.assert(
      fc.asyncProperty(
        search,
        async ({ path, filter, order, limit, rows, firstSeenHours, lastSeenHours }) => {
          await api.pool.query(
            `update log_streams set row_count = $1::bigint, first_seen = now() - make_interval(hours => $2::int),
             last_seen = now() - make_interval(hours => $3::int)`,
            [rows, firstSeenHours, lastSeenHours],
          )
          const [url = '', lines = []] = Object.entries(paths)[path] ?? []
          const expected = lines
            .filter(({ isExpired }) => !isExpired)
            .filter(matches[filter] ?? (() => false))
            .toSorted((a, b) => a.us - b.us)
            .map(({ us }) => us)
          const byId = new Map(lines.map(({ id, us }) => [id, us]))
          const found = await pageThrough(`${url}?${filter}&order=${order}`, limit)
          expect(new Set(found).size).toBe(found.length)
          expect(found.map((id) => byId.get(id))).toEqual(order === 'asc' ? expected : expected.toReversed())
        },
      ),
      { numRuns: 30 },
    )
  }, 120_000)
})
