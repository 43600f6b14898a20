import { Entry } from '@logboom/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entry } from './accept-fixture.ts'
import { isEntry } from './is-entry.ts'

const fields = Object.keys(Entry.shape)
const values = fc.oneof(
  fc.jsonValue(),
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.constantFrom('', 'stdout', 'stderr', -1, 2 ** 53, Infinity, null, {}, [], { a: 'b' }, { a: 1 }),
)

test('an entry is let pass exactly when the schema lets it pass, and as it is', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...fields), values), fc.boolean(), (given, isWhole) => {
      const raw = isWhole ? entry(given) : given
      const parsed = Entry.safeParse(raw)
      expect(isEntry(raw)).toBe(parsed.success)
      expect(parsed.data ?? raw).toEqual(raw)
    }),
    { numRuns: 2_000 },
  )
})

test.each([null, undefined, 7, 'text', [], [entry()]])('%j is no entry', (raw) => {
  expect(isEntry(raw)).toBe(false)
})

test('a label that the schema leaves out does no harm', () => {
  const raw: unknown = JSON.parse(
    '{"timestamp":"t","namespace":"n","pod_name":"p","message":"m","labels":{"__proto__":"x"}}',
  )
  expect(isEntry(raw)).toBe(true)
})
