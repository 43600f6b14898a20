import { randomUUID } from 'node:crypto'
import { until } from '@logboom/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Line } from '../line-fixture.ts'
import { openQueryApi } from '../query-fixture.ts'
import type { TestQueryApi } from '../query-fixture.ts'
import { openSse } from './follow-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

const pick = <T>(...values: T[]) => fc.constantFrom(...values)
const names = pick('web', 'web-1', 'we_', 'w%', 'WEB', 'ünï')
const keys = pick('a', 'a.b', 'c', 'Trace-Id', '__proto__')
const json = pick<unknown>('x', 'X', 1, 1.5, true, null, { b: 'deep', c: [1] }, ['x'], '1')

const attributes = fc
  .record({ a: json, 'a.b': json, c: json, 'Trace-Id': json }, { requiredKeys: [] })
  .map((one) => JSON.stringify(one))
const words = pick(
  'Kelvin K',
  'Kelvin \u212A',
  'STRASSE',
  'straße',
  'İstanbul',
  'a.b*c',
  'tab\there',
  'ſhort',
  '100%',
)

const line: fc.Arbitrary<Line> = fc.record({
  message: fc.array(words, { minLength: 1, maxLength: 3 }).map((some) => some.join(' ')),
  severity: pick(null, 1, 5, 9, 12, 13, 17, 20, 21, 24),
  attributes: fc.option(attributes, { nil: null }),
  stream: fc.record({
    namespace: pick('one', 'two'),
    pod_name: names,
    container_name: pick('main', 'side', null),
    labels: fc.record({ app: names, tier: names }, { requiredKeys: [] }),
  }),
})

const text = pick(
  'k',
  'strasse',
  'straße',
  'ISTANBUL',
  'i',
  's',
  'a.b*c',
  '%',
  '/K/',
  '/(?i)kelvin (K|\u212A)/',
  'tab\t',
)
const filter = fc
  .record(
    {
      namespace: pick('one', 'two'),
      pod_name: pick('w', 'web', 'web*', 'we_', 'w%', 'W', 'ü'),
      pod_name_exact: names,
      container_name: pick('main', 'side'),
      min_level: pick('DEBUG', 'WARN', 'FATAL'),
      level: pick('TRACE', 'INFO', 'ERROR', 'FATAL'),
      q: text,
      labels: fc.tuple(pick('app', 'tier', 'toString'), names),
      attributes: fc.tuple(
        keys,
        pick('x', '1', '1.5', 'true', 'null', 'deep', '{"b": "deep", "c": [1]}', '["x"]'),
      ),
    },
    { requiredKeys: [] },
  )
  .map(({ labels, attributes: attribute, ...plain }) => {
    const query = new URLSearchParams(plain)
    if (labels) query.set(`labels.${labels[0]}`, labels[1])
    if (attribute) query.set(`attributes.${attribute[0]}`, attribute[1])
    return query.toString()
  })

test('what is followed, live or replayed, is what a search finds, whatever is asked', async () => {
  const round = fc.record({
    batches: fc.array(fc.array(line, { minLength: 1, maxLength: 12 }), { minLength: 4, maxLength: 8 }),
    filters: fc.uniqueArray(filter, { minLength: 15, maxLength: 25 }),
  })
  await fc.assert(
    fc.asyncProperty(round, async ({ batches, filters }) => {
      const agent = await api.createAgent()
      const path = `/api/v1/agents/${agent.id}/logs`
      const live = await Promise.all(filters.map((query) => openSse(api, `${path}/stream?${query}`)))
      await Promise.all(live.map((stream) => stream.untilLive()))
      for (const lines of batches)
        await api.store(
          agent.id,
          lines.map((one) => ({ ...one, id: randomUUID() })),
        )
      for (const [index, query] of filters.entries()) {
        const replay = await openSse(api, `${path}/stream?since=1h&${query}`)
        await replay.untilLive()
        const { logs } = await api.page(`${path}?limit=1000&total=none&${query}`)
        const found = logs.map(({ id }) => id).toSorted()
        const idsOf = (stream: typeof replay | undefined) =>
          stream
            ?.entries()
            .map(({ id }) => id)
            .toSorted()
        await until(() => idsOf(live[index])?.length === found.length, {
          what: `${found.length} of ${query}`,
        })
        expect(idsOf(live[index])).toEqual(found)
        expect(idsOf(replay)).toEqual(found)
        await replay.close()
      }
      await Promise.all(live.map((stream) => stream.close()))
    }),
    { numRuns: 5, endOnFailure: true },
  )
}, 120_000)
