import { openTestDatabase } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import sql from 'sql-template-tag'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openDatabase } from './open-database.ts'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'

let database: TestDatabase
const opened: Database[] = []

beforeAll(async () => {
  database = await openTestDatabase()
})
afterEach(() => Promise.all(opened.splice(0).map((db) => db.close())))
afterAll(() => database.close())

/** One connection, so that it is known what it keeps. */
function open(options: { prepare?: boolean } = {}): Database {
  const db = openDatabase({
    url: database.url,
    applicationName: 'test',
    connectionsMax: 1,
    prepare: true,
    ...options,
  })
  opened.push(db)
  return db
}

async function answersOf(db: Database, times: number): Promise<number[]> {
  const answers: number[] = []
  for (let n = 0; n < times; n += 1) {
    const { rows } = await queryPrepared<{ n: number }>(db, sql`select ${n}::integer as n`)
    answers.push(...rows.map((row) => row.n))
  }
  return answers
}

async function keptBy({ pool }: Database): Promise<{ name: string; statement: string }[]> {
  const { rows } = await pool.query<{ name: string; statement: string }>(
    'select name, statement from pg_prepared_statements',
  )
  return rows
}

test('a frequent statement is kept on its connection, and answers by its values', async () => {
  const db = open()
  expect(await answersOf(db, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  const kept = await keptBy(db)
  expect(kept).toEqual([
    { name: db.names?.nameOf('select $1::integer as n'), statement: 'select $1::integer as n' },
  ])
})

test('a connection keeps a bounded number of them', async () => {
  const db = open()
  for (let n = 0; n < 200; n += 1) {
    for (let time = 0; time < 3; time += 1) await queryPrepared(db, sql([`select ${n}`]))
  }
  expect(await keptBy(db)).toHaveLength(60)
})

test('nothing is kept where that is switched off', async () => {
  const db = open({ prepare: false })
  expect(await answersOf(db, 10)).toHaveLength(10)
  expect(await keptBy(db)).toEqual([])
})

test('a connection that has lost its statements answers all the same, and keeps none from then on', async () => {
  const db = open()
  await answersOf(db, 5)
  await db.pool.query('deallocate all')
  expect(await answersOf(db, 5)).toEqual([0, 1, 2, 3, 4])
  expect(await keptBy(db)).toEqual([])
})

test('so does one that has a statement of that name already', async () => {
  const db = open()
  const { names } = open()
  for (let n = 0; n < 3; n += 1) names?.nameOf('select $1::integer as n')
  await db.pool.query(`prepare ${names?.nameOf('select $1::integer as n')} as select 1`)
  expect(await answersOf(db, 5)).toEqual([0, 1, 2, 3, 4])
})

test('so does one whose table has changed', async () => {
  const db = open()
  await db.pool.query('create table changing as select 1 as n')
  const ask = () =>
    queryPrepared<{ n: unknown }>(db, sql`select n from changing where n::text = ${'1'}::text`)
  for (let n = 0; n < 5; n += 1) await ask()
  await db.pool.query('alter table changing alter n type text')
  expect((await ask()).rows).toEqual([{ n: '1' }])
})

test('what is wrong with a statement itself is told', async () => {
  const db = open()
  for (let n = 0; n < 5; n += 1) {
    const failed = queryPrepared(db, sql`select 1 / ${0}::integer`)
    await expect(failed).rejects.toMatchObject({ code: '22012' })
  }
  expect(await answersOf(db, 4)).toHaveLength(4)
})
