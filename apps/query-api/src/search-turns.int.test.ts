import { until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi({
    DATABASE_CONNECTIONS: '2', // one search at once
    MAX_WAITING_SEARCHES: '2',
    SEARCH_WAIT_MS: '60000',
  })
})
afterAll(() => api.close())

/** Asks, and may go away. */
function ask(path: string, as = api.admin) {
  const gone = new AbortController()
  const answer = fetch(api.url + path, { headers: { Authorization: `Bearer ${as}` }, signal: gone.signal })
  const status = answer.then(
    async (response) => {
      const text = await response.text()
      return response.status === 200 ? 200 : { text, retryAfter: response.headers.get('retry-after') }
    },
    (error: unknown) => (error instanceof Error ? error.name : error),
  )
  return { status, leave: () => gone.abort() }
}

/** Statements of the service that PostgreSQL is at. */
async function busy(): Promise<number> {
  const { rowCount } = await api.pool.query(
    `select from pg_stat_activity
     where application_name = 'logboom-query-api' and datname = current_database() and state = 'active'`,
  )
  return rowCount ?? 0
}

const untilBusy = (count: number) =>
  until(async () => (await busy()) === count, { what: `${count} statements under way`, timeoutMs: 1_000 })

/** While it works, no search gets any further than its streams. */
async function whileStreamsAreLocked(work: () => Promise<void>): Promise<void> {
  const locker = await api.pool.connect()
  await locker.query('begin; lock table log_streams in access exclusive mode')
  try {
    await work()
  } finally {
    await locker.query('rollback')
    locker.release()
  }
}

test('a search needs no more connections than there are, however many come at once', async () => {
  const readers = [await api.issueReader({}), await api.issueReader({}), api.admin]
  const paths = [
    '/api/v1/logs?total=exact',
    '/api/v1/logs?q=x',
    '/api/v1/logs/histogram',
    '/api/v1/logs?offset=5',
  ]
  const { id } = await api.createAgent()
  await api.store(
    id,
    Array.from({ length: 50 }, (_, n) => ({ message: `x ${n}` })),
  )
  for (let round = 0; round < 5; round += 1) {
    const all = readers.map((reader, n) => ask(paths[(round + n) % paths.length] ?? '', reader))
    expect(await Promise.all(all.map(({ status }) => status))).toEqual([200, 200, 200])
  }
})

test('one that is given up ends in PostgreSQL within a second, waiting ones never begin, and others go on', async () => {
  const path = '/api/v1/logs'
  await whileStreamsAreLocked(async () => {
    const running = ask(path)
    await untilBusy(1)
    const waiting = ask(path)
    const next = ask('/api/v1/logs/histogram')
    running.leave()
    expect(await running.status).toBe('AbortError')
    await until(async () => (await busy()) === 1, { what: 'the next one', timeoutMs: 1_000 })
    waiting.leave()
    next.leave()
    expect(await Promise.all([waiting.status, next.status])).toEqual(['AbortError', 'AbortError'])
    await untilBusy(0)
  })
  expect(await ask(path).status).toBe(200)
  expect(api.logged()).not.toContain('"level":"error"')
})

test('where too many wait, the last of whoever has most is told to come again', async () => {
  const modest = await api.issueReader({})
  expect(await ask('/api/v1/logs', modest).status).toBe(200)
  const statuses: Promise<unknown>[] = []
  const refused: unknown[] = []
  await whileStreamsAreLocked(async () => {
    statuses.push(ask('/api/v1/logs').status)
    await untilBusy(1)
    for (let n = 0; n < 3; n += 1) statuses.push(ask('/api/v1/logs').status)
    for (const status of statuses) void status.then((answer) => answer !== 200 && refused.push(answer))
    await until(() => refused.length === 1, { what: 'the one that is too many' })
    statuses.push(ask('/api/v1/logs', modest).status)
    await until(() => refused.length === 2, { what: 'the one that makes room' })
  })
  const answers = await Promise.all(statuses)
  expect(answers.filter((answer) => answer === 200)).toHaveLength(3)
  expect(answers.at(-1)).toBe(200)
  for (const answer of refused)
    expect(answer).toMatchObject({ text: expect.stringContaining('"overloaded"'), retryAfter: '60' })
})
