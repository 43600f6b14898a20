import { createHash } from 'node:crypto'
import {
  deleteExpiredRows,
  detachPartition,
  dropPartition,
  foldCounts,
  listLeaves,
  putRetentionClass,
  rewritePartition,
} from '@logboom/db'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { foundBy, histogramOf, shownBy } from './histogram-fixture.ts'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
let agents: string[]
let classes: { id: number; seconds: number }[]
/** All times hang on the moment when the test begins, so that most runs have a minute that is just expiring. */
let nowUs: number
const signer = { kid: 'test', sign: (text: string) => createHash('sha256').update(text).digest('base64url') }

beforeAll(async () => {
  api = await openQueryApi()
  nowUs = api.nowUs
  agents = [(await api.createAgent()).id, (await api.createAgent()).id]
  classes = []
  for (const [name, seconds, partitionSeconds] of [
    ['default', 3_600, 90],
    ['short', 600, 60],
  ] as const) {
    const terms = { name, retentionSeconds: seconds, partitionSeconds }
    const { retentionClass } = await putRetentionClass(api.db.pool, terms)
    classes.push({ id: retentionClass.id, seconds })
  }
})
afterAll(() => api.close())

/** Whole minutes ago, and microseconds from there: around the edges of minutes, or within them. */
const time = fc.record({
  minutesAgo: fc.oneof(
    fc.integer({ min: 0, max: 4 }),
    fc.integer({ min: 8, max: 12 }),
    fc.integer({ min: 0, max: 70 }),
  ),
  offUs: fc.oneof(fc.constantFrom(0, 1, -1, 59_999_999), fc.nat(59_999_999)),
})

const line = fc.record({
  time,
  stream: fc.nat(2),
  retentionClass: fc.nat(1),
  severity: fc.constantFrom(null, 1, 5, 9, 12, 13, 17, 21),
  message: fc.constantFrom('one', 'Two'),
  /** Seconds by which the line is older or younger than what is just expiring; null = just received. */
  received: fc.option(fc.oneof(fc.integer({ min: -90, max: 90 }), fc.integer({ min: -900, max: 500 })), {
    nil: null,
  }),
})

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ agent: fc.nat(1), lines: fc.array(line, { minLength: 1, maxLength: 12 }) }),
  },
  { weight: 2, arbitrary: fc.record({ fold: fc.integer({ min: 1, max: 30 }) }) },
  {
    arbitrary: fc.record({
      clean: fc.constantFrom('delete', 'detach', 'drop', 'rewrite'),
      leaf: fc.nat(100),
    }),
    weight: 2,
  },
  {
    weight: 6,
    arbitrary: fc.record({
      place: fc.nat(2),
      filter: fc.constantFrom(
        '',
        'level=ERROR&level=info',
        'min_level=WARN',
        'namespace=n1',
        'q=tw',
        'q=/^o/',
        'pod_name_exact=p2',
      ),
      buckets: fc.constantFrom(1, 2, 7, 60, 300),
      since: fc.option(time, { nil: null }),
      until: fc.option(time, { nil: null }),
    }),
  },
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
type Time = typeof time extends fc.Arbitrary<infer T> ? T : never
type Cleaning = Extract<Step, { clean: unknown }>
type Question = Extract<Step, { place: unknown }>
type Storing = Extract<Step, { lines: unknown }>

interface Answer {
  shown: object
  found: object
}

const nothingAsked: Answer = { shown: {}, found: {} }

async function take(next: Step): Promise<Answer> {
  if ('place' in next) return ask(next)
  if ('lines' in next) await store(next)
  else if ('fold' in next) await foldCounts(api.db.pool, { limit: next.fold })
  else await clean(next)
  return nothingAsked
}

function at({ minutesAgo, offUs }: Time): number {
  return (Math.floor(nowUs / 60e6) - minutesAgo) * 60e6 + offUs
}

function store({ agent, lines }: Storing): Promise<unknown> {
  return api.store(
    agents[agent] ?? '',
    lines.map(({ time: asked, stream, retentionClass, received, ...rest }) => {
      const { id = 1, seconds = 0 } = classes[retentionClass] ?? {}
      const createdUs = received === null ? nowUs : nowUs + (received - seconds) * 1e6
      const place = { namespace: `n${stream % 2}`, pod_name: `p${stream}` }
      return { ...rest, time: { us: at(asked), ns: 0 }, stream: place, retentionClass: id, createdUs }
    }),
  )
}

/** What retention does to a leaf, some of it before its time: what is detached too early comes back when it is dropped. */
async function clean({ clean: way, leaf: index }: Cleaning): Promise<unknown> {
  const { pool } = api.db
  const state = way === 'drop' ? 'detaching' : 'attached'
  const leaves = (await listLeaves(pool)).filter((leaf) => leaf.state === state)
  const leaf = leaves[index % Math.max(1, leaves.length)]
  if (!leaf) return undefined
  if (way === 'delete') return deleteExpiredRows(pool, signer, { leaf, fromCtid: '(0,0)', limit: 3 })
  if (way === 'rewrite') return rewritePartition(pool, signer, leaf)
  return way === 'drop' ? dropPartition(pool, signer, leaf) : detachPartition(pool, leaf)
}

/** What histogram and total say, and what the entries say that a search finds. */
async function ask({ place, filter, buckets, since, until }: Question): Promise<Answer> {
  const path = ['/api/v1/logs', ...agents.map((id) => `/api/v1/agents/${id}/logs`)][place] ?? ''
  const [from, to] = [since && at(since), until && at(until)]
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
