import { once } from 'node:events'
import { createServer, connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { openTestDatabase, until } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import sql from 'sql-template-tag'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from './open-database.ts'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'
import { runStatement } from './run-statement.ts'
import { withStatementTimeout } from './statement-timeout.ts'

let database: TestDatabase
const opened: Database[] = []

beforeAll(async () => {
  database = await openTestDatabase()
})
afterEach(() => Promise.all(opened.splice(0).map((db) => db.close())))
afterAll(() => database.close())

/** One connection, so that it is known which one is used again. */
function open(url = database.url): Database {
  const db = openDatabase({ url, applicationName: 'cancelled', connectionsMax: 1, prepare: true })
  opened.push(db)
  return db
}

const slow = sql`select pg_sleep(${60}::integer)::text as slept`

/** What the connections of these tests are doing. */
async function busy(): Promise<string[]> {
  const { rows } = await database.pool.query<{ state: string; query: string }>(
    `select state, query from pg_stat_activity
     where application_name = 'cancelled' and datname = current_database() and state <> 'idle'`,
  )
  return rows.map(({ query }) => query)
}

async function pidOf(db: Database): Promise<number | undefined> {
  const { rows } = await db.pool.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid
}

/** Aborts a statement once PostgreSQL is at it; how long that took, in milliseconds. */
async function abortWhenBusy(run: (signal: AbortSignal) => Promise<unknown>): Promise<number> {
  const gone = new AbortController()
  const outcome = run(gone.signal).then(
    () => 'answered',
    (error: unknown) => error,
  )
  await until(async () => (await busy()).length === 1, { what: 'a statement under way' })
  const startedMs = performance.now()
  gone.abort()
  expect(await outcome).toBe(gone.signal.reason)
  expect(await busy()).toEqual([])
  return performance.now() - startedMs
}

describe('a statement whose reader has gone ends in PostgreSQL within a second, and its connection is used again', () => {
  test.each([
    ['by itself', (db: Database, signal: AbortSignal) => runStatement({ ...db, signal }, slow)],
    ['one that is kept', (db: Database, signal: AbortSignal) => queryPrepared({ ...db, signal }, slow)],
    [
      'with a time-out of its own',
      (db: Database, signal: AbortSignal) =>
        withStatementTimeout({ ...db, signal }, 30_000, (client) => client.query(slow)),
    ],
  ])('%s', async (_, run) => {
    const db = open()
    for (let n = 0; n < 3; n += 1) await queryPrepared(db, sql`select pg_sleep(${0}::integer)::text as slept`)
    const pid = await pidOf(db)
    for (let n = 0; n < 3; n += 1)
      expect(await abortWhenBusy((signal) => run(db, signal))).toBeLessThan(1_000)
    expect(await pidOf(db)).toBe(pid)
    const { rows } = await queryPrepared(db, sql`select pg_sleep(${0}::integer)::text as slept`)
    expect(rows).toEqual([{ slept: '' }])
  })
})

test('what comes after a cancelled statement on its connection is never cancelled with it', async () => {
  const db = open()
  for (let n = 0; n < 100; n += 1) {
    const gone = new AbortController()
    const first = runStatement({ ...db, signal: gone.signal }, sql`select pg_sleep(${0.002}::float8)`)
    const outcome = first.then(
      () => 'answered',
      (error: unknown) => error,
    )
    // the only connection: this one gets its turn when the first has let it go
    const next = runStatement(db, sql`select ${n}::integer as n from pg_sleep(0.001)`)
    setTimeout(() => gone.abort(), n % 8)
    expect((await next).rows).toEqual([{ n }])
    expect(['answered', gone.signal.reason]).toContain(await outcome)
  }
})

test('a statement whose reader has gone before it began is never sent', async () => {
  const db = open()
  const blocker = runStatement(db, sql`select pg_sleep(${0.2}::float8)`)
  const gone = new AbortController()
  const waiting = runStatement({ ...db, signal: gone.signal }, slow)
  gone.abort()
  await expect(waiting).rejects.toBe(gone.signal.reason)
  await expect(runStatement({ ...db, signal: gone.signal }, slow)).rejects.toBe(gone.signal.reason)
  await blocker
})

test('what is wrong with a statement itself is told, and so is its own time-out', async () => {
  const db = { ...open(), signal: new AbortController().signal }
  await expect(runStatement(db, sql`select 1 / ${0}::integer`)).rejects.toMatchObject({ code: '22012' })
  await expect(withStatementTimeout(db, 50, (client) => client.query(slow))).rejects.toMatchObject({
    code: '57014',
  })
  expect((await runStatement(db, sql`select 1 as n`)).rows).toEqual([{ n: 1 }])
})

test('the wish takes the way of the connection, through whatever stands before PostgreSQL', async () => {
  const { hostname, port } = new URL(database.url)
  const sockets: Socket[] = []
  const between = createServer((near) => {
    const far = connect(Number(port), hostname)
    sockets.push(
      near.on('error', () => far.destroy()),
      far.on('error', () => near.destroy()),
    )
    near.pipe(far).pipe(near)
  })
  between.listen(0, '127.0.0.1')
  await once(between, 'listening')
  const url = new URL(database.url)
  url.port = String((between.address() as AddressInfo).port) // it listens on TCP
  const db = open(url.href)
  expect(await abortWhenBusy((signal) => runStatement({ ...db, signal }, slow))).toBeLessThan(1_000)
  expect(sockets).toHaveLength(4)
  for (const db of opened.splice(0)) await db.close()
  between.close()
})
