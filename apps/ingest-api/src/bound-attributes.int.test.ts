import { openTestDatabase } from '@logboom/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boundAttributes } from './bound-attributes.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\0', '\ud800', '\udc00x', '\\u0000', '\\'),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.double(),
    fc.constantFrom(null, true, 1e308, 5e-324, Number.MAX_SAFE_INTEGER),
    fc.array(tie('value')),
    fc.dictionary(text, tie('value')),
  ),
}))

test('whatever comes out is taken by jsonb', async () => {
  const database = await openTestDatabase()
  const given = fc.sample(fc.dictionary(text, value), 2_000)
  const json = given.flatMap((attributes) => boundAttributes(attributes).json ?? [])
  const { rows } = await database.pool.query(
    'select count(one::jsonb)::int as taken from unnest($1::text[]) one',
    [json],
  )
  expect(json.length).toBeGreaterThan(1_000)
  expect(rows).toEqual([{ taken: json.length }])
  await database.close()
})
