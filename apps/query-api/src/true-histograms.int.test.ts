import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fates, openFatedLines, timeAgo } from './fated-lines-fixture.ts'
import type { Fate, FatedLines } from './fated-lines-fixture.ts'
import { foundBy, histogramOf, shownBy } from './histogram-fixture.ts'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
let lines: FatedLines

beforeAll(async () => {
  api = await openQueryApi()
  lines = await openFatedLines(api)
})
afterAll(() => api.close())

const question = fc.record({
  place: fc.nat(2),
  filter: fc.constantFrom(
    '',
    'level=ERROR&level=info',
    'min_level=WARN',
    'namespace=n1',
    'q=tw',
    'q=/^o/',
    'q=o&level=INFO&level=error',
    'pod_name_exact=p2',
  ),
  buckets: fc.constantFrom(1, 2, 7, 60, 300),
  since: fc.option(timeAgo, { nil: null }),
  until: fc.option(timeAgo, { nil: null }),
})

const step = fc.oneof(...fates, { weight: 6, arbitrary: question })

type Question = typeof question extends fc.Arbitrary<infer T> ? T : never

interface Answer {
  shown: object
  found: object
}

const nothingAsked: Answer = { shown: {}, found: {} }

async function take(next: Fate | Question): Promise<Answer> {
  if ('place' in next) return ask(next)
  await lines.befall(next)
  return nothingAsked
}

/** What histogram and total say, and what the entries say that a search finds. */
async function ask({ place, filter, buckets, since, until }: Question): Promise<Answer> {
  const path = ['/api/v1/logs', ...lines.agents.map((id) => `/api/v1/agents/${id}/logs`)][place] ?? ''
  const [from, to] = [since && lines.at(since), until && lines.at(until)]
  if (from !== null && to !== null && from > to) return nothingAsked
  const asked = `${from === null ? '' : `&since=${from}`}${to === null ? '' : `&until=${to}`}`
  const first = await histogramOf(api, path, `${filter}&buckets=${buckets}${asked}`)
  // Where each line has to be looked at, a capped total may be a lower bound.
  const mode = place === 0 && !filter.startsWith('q=') ? 'capped' : 'exact'
  const window = `&since=${first.since}&until=${first.until}`
  for (;;) {
    const before = await histogramOf(api, path, `${filter}&buckets=${buckets}${window}`)
    const found = await foundBy(api, path, filter, before)
    const { total, total_is_exact } = await api.page(`${path}?${filter}${window}&limit=1&total=${mode}`)
    const after = await histogramOf(api, path, `${filter}&buckets=${buckets}${window}`)
    // What expired meanwhile says nothing.
    if (JSON.stringify(before.buckets) !== JSON.stringify(after.buckets)) continue
    const sum = Object.values(found).reduce((rows, count) => rows + count, 0)
    return {
      shown: {
        counts: shownBy(after),
        totals: [after.total, total],
        exact: [after.total_is_exact, total_is_exact],
        fits: after.buckets.length <= buckets + 1,
      },
      found: { counts: found, totals: [sum, sum], exact: [true, true], fits: true },
    }
  }
}

test(
  'a histogram and a total are what a search finds, whatever was stored, folded, deleted, detached, dropped and expired',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        for (const next of steps) {
          const { shown, found } = await take(next)
          expect(shown).toEqual(found)
        }
      }),
      { numRuns: 15, interruptAfterTimeLimit: 15_000 },
    )
  },
)
