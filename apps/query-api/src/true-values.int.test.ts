import { FieldValues } from '@logboom/contracts'
import type { LogPage, StoredEntry } from '@logboom/contracts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fates, openFatedLines, timeAgo } from './fated-lines-fixture.ts'
import type { FatedLines } from './fated-lines-fixture.ts'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
let lines: FatedLines
let readers: string[]

beforeAll(async () => {
  api = await openQueryApi()
  lines = await openFatedLines(api)
  readers = [api.admin, await api.issueReader({ agents: lines.agents.slice(0, 1), namespaces: ['n1'] })]
})
afterAll(() => api.close())

const valuesOf: Record<string, (entry: StoredEntry) => string | null | undefined> = {
  namespace: ({ namespace }) => namespace,
  level: ({ level }) => level,
  agent_id: ({ agent_id }) => agent_id,
  pod_name: ({ pod_name }) => pod_name,
  'labels.app': ({ labels }) => labels?.['app'],
}

const question = fc.record({
  reader: fc.nat(1),
  field: fc.constantFrom(...Object.keys(valuesOf)),
  filter: fc.constantFrom('', 'level=ERROR&level=info', 'namespace=n1', 'labels.app=a1', 'q=tw', 'q=/^o/'),
  since: fc.option(timeAgo, { nil: null }),
  until: fc.option(timeAgo, { nil: null }),
})

const step = fc.oneof(...fates, { weight: 8, arbitrary: question })

type Question = typeof question extends fc.Arbitrary<infer T> ? T : never

interface Answer {
  shown: object
  found: object
}

const nothingAsked: Answer = { shown: {}, found: {} }

async function valuesBy(as: string, field: string, query: string): Promise<FieldValues> {
  const { status, body, text } = await api.get(`/api/v1/fields/${field}/values?limit=100&${query}`, as)
  if (status !== 200) throw new Error(text)
  return FieldValues.parse(body)
}

/** The same by every entry that a search finds. */
async function countByHand(as: string, field: string, query: string): Promise<FieldValues['values']> {
  const counts = new Map<string, number>()
  for (let cursor = ''; ;) {
    const page: LogPage = await api.page(`/api/v1/logs?${query}&limit=1000&total=none${cursor}`, as)
    for (const entry of page.logs) {
      const value = valuesOf[field]?.(entry) ?? null
      if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    if (!page.has_more) break
    cursor = `&cursor=${page.next_cursor}`
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
}

async function ask({ reader, field, filter, since, until }: Question): Promise<Answer> {
  const as = readers[reader] ?? ''
  const [from, to] = [since && lines.at(since), until && lines.at(until)]
  if (from !== null && to !== null && from > to) return nothingAsked
  const query = `${filter}${from === null ? '' : `&since=${from}`}${to === null ? '' : `&until=${to}`}`
  for (;;) {
    const before = await valuesBy(as, field, query)
    const found = await countByHand(as, field, query)
    const { values, total_is_exact } = await valuesBy(as, field, query)
    // What expired meanwhile says nothing.
    if (JSON.stringify(before.values) !== JSON.stringify(values)) continue
    return { shown: { values, total_is_exact }, found: { values: found, total_is_exact: true } }
  }
}

test(
  'the values of a field are those of the entries that a search finds, for everyone, whatever befell the lines',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        for (const next of steps) {
          if (!('field' in next)) {
            await lines.befall(next)
            continue
          }
          const { shown, found } = await ask(next)
          expect(shown).toEqual(found)
        }
      }),
      { numRuns: 15, interruptAfterTimeLimit: 15_000 },
    )
  },
)
