import { cleanText } from '@logboom/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entry } from './accept-fixture.ts'
import { createStreamReader } from './entry-stream.ts'

const little = fc.constantFrom(undefined, null, '', 'a', 'b')
const anyStream = fc.record({
  namespace: fc.constantFrom('a', 'b'),
  pod_name: fc.constantFrom('a', 'b'),
  pod_uid: little,
  container_name: little,
  node: little,
  deployment_object_id: fc.oneof(little, fc.constant(7)),
  work_order_id: little,
  labels: fc.oneof(
    fc.constantFrom(undefined, null),
    fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('', 'x', 'y')),
  ),
})

test('entries get the same object as if each were read alone, and those that say the same share it', () => {
  fc.assert(
    fc.property(fc.array(anyStream, { maxLength: 30 }), (given) => {
      const read = createStreamReader(cleanText)
      const together = given.map((fields) => read(entry(fields)))
      const alone = given.map((fields) => createStreamReader(cleanText)(entry(fields)))
      expect(together).toEqual(alone)
      expect(given.map((fields) => read(entry(structuredClone(fields))))).toEqual(together)
      given.forEach((fields, index) => expect(read(entry(fields))).toBe(together[index]))
    }),
  )
})
