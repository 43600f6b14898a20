import { openTestDatabase } from '@logboom/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scalarAfter } from './collect-traces.ts'

test('a value is read as PostgreSQL reads it: numbers too, however they are written', async () => {
  const database = await openTestDatabase()
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.constantFrom(1e21, 1.5e-7, 5e-324, 1.797e308, -0, 123456.789e3),
  )
  const value = fc.oneof(
    number,
    fc.string().filter((text) => !text.includes('\0')),
    fc.boolean(),
  )
  const json = fc.sample(value, 2_000).map((one) => JSON.stringify({ trace_id: one }))
  const { rows } = await database.pool.query<{ text: string }>(
    `select one::jsonb ->> 'trace_id' as text from unnest($1::text[]) with ordinality as given (one, nth) order by nth`,
    [json],
  )
  expect(json.map((text) => scalarAfter(text, '{"trace_id"'.length))).toEqual(rows.map(({ text }) => text))
  await database.close()
})
