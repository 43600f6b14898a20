import { runMigrations } from '@logboom/db'
import pg from 'pg'
import { expect, test } from 'vitest'
import { openTestDatabase } from './open-test-database.ts'

test('two databases share nothing', async () => {
  const [one, other] = await Promise.all([openTestDatabase(), openTestDatabase()])
  await one.pool.query('create table only_here ()')
  const { rows } = await other.pool.query<{ found: string | null }>(
    `select to_regclass('only_here')::text as found`,
  )
  expect(rows).toEqual([{ found: null }])
  await Promise.all([one.close(), other.close()])
})

test('a database comes with every migration applied', async () => {
  const database = await openTestDatabase()
  expect(await runMigrations({ url: database.url })).toEqual([])
  await database.close()
})

test('a closed database is gone, though somebody is still connected', async () => {
  const [closed, other] = await Promise.all([openTestDatabase(), openTestDatabase()])
  const lingering = new pg.Client({ connectionString: closed.url })
  const faults: Error[] = []
  lingering.on('error', (fault) => faults.push(fault))
  await lingering.connect()
  await closed.close()
  const name = new URL(closed.url).pathname.slice(1)
  const { rowCount } = await other.pool.query('select 1 from pg_database where datname = $1::text', [name])
  expect(rowCount).toBe(0)
  await expect(lingering.query('select 1')).rejects.toThrow('not queryable')
  await other.close()
})
