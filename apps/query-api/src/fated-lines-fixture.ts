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
import type { TestQueryApi } from './query-fixture.ts'

/** Whole minutes ago, and microseconds from there: around the edges of minutes, or within them. */
export const timeAgo = fc.record({
  minutesAgo: fc.oneof(
    fc.integer({ min: 0, max: 4 }),
    fc.integer({ min: 8, max: 12 }),
    fc.integer({ min: 0, max: 70 }),
  ),
  offUs: fc.oneof(fc.constantFrom(0, 1, -1, 59_999_999), fc.nat(59_999_999)),
})

export type TimeAgo = typeof timeAgo extends fc.Arbitrary<infer T> ? T : never

const line = fc.record({
  time: timeAgo,
  stream: fc.nat(2),
  retentionClass: fc.nat(1),
  severity: fc.constantFrom(null, 1, 5, 9, 12, 13, 17, 21),
  message: fc.constantFrom('one', 'Two'),
  /** Seconds by which the line is older or younger than what is just expiring; null = just received. */
  received: fc.option(fc.oneof(fc.integer({ min: -90, max: 90 }), fc.integer({ min: -900, max: 500 })), {
    nil: null,
  }),
})

const storing = fc.record({ agent: fc.nat(1), lines: fc.array(line, { minLength: 1, maxLength: 12 }) })
const folding = fc.record({ fold: fc.integer({ min: 1, max: 30 }) })
const cleaning = fc.record({
  clean: fc.constantFrom('delete', 'detach', 'drop', 'rewrite'),
  leaf: fc.nat(100),
})

type Storing = typeof storing extends fc.Arbitrary<infer T> ? T : never
type Cleaning = typeof cleaning extends fc.Arbitrary<infer T> ? T : never

/** What befalls lines in their life, to stand in `fc.oneof`. */
export const fates = [
  { weight: 4, arbitrary: storing },
  { weight: 2, arbitrary: folding },
  { weight: 2, arbitrary: cleaning },
]

export type Fate = Storing | Cleaning | (typeof folding extends fc.Arbitrary<infer T> ? T : never)

const signer = { kid: 'test', sign: (text: string) => createHash('sha256').update(text).digest('base64url') }

export interface FatedLines {
  agents: string[]
  /** All times hang on the moment when the test begins, so that most runs have a minute that is just expiring. */
  at(time: TimeAgo): number
  befall(fate: Fate): Promise<unknown>
}

/** Two agents with lines of three pods in two namespaces, in two retention classes with short partitions. */
export async function openFatedLines(api: TestQueryApi): Promise<FatedLines> {
  const { nowUs } = api
  const agents = [(await api.createAgent()).id, (await api.createAgent()).id]
  const classes: { id: number; seconds: number }[] = []
  for (const [name, seconds, partitionSeconds] of [
    ['default', 3_600, 90],
    ['short', 600, 60],
  ] as const) {
    const terms = { name, retentionSeconds: seconds, partitionSeconds }
    const { retentionClass } = await putRetentionClass(api.db.pool, terms)
    classes.push({ id: retentionClass.id, seconds })
  }
  const at = ({ minutesAgo, offUs }: TimeAgo) => (Math.floor(nowUs / 60e6) - minutesAgo) * 60e6 + offUs

  function store({ agent, lines }: Storing): Promise<unknown> {
    return api.store(
      agents[agent] ?? '',
      lines.map(({ time: asked, stream, retentionClass, received, ...rest }) => {
        const { id = 1, seconds = 0 } = classes[retentionClass] ?? {}
        const createdUs = received === null ? nowUs : nowUs + (received - seconds) * 1e6
        const labels: Record<string, string> = stream === 0 ? {} : { app: `a${stream}` }
        const place = { namespace: `n${stream % 2}`, pod_name: `p${stream}`, labels }
        return { ...rest, time: { us: at(asked), ns: 0 }, stream: place, retentionClass: id, createdUs }
      }),
    )
  }

  return {
    agents,
    at,
    befall(fate) {
      if ('lines' in fate) return store(fate)
      return 'fold' in fate ? foldCounts(api.db.pool, { limit: fate.fold }) : clean(api, fate)
    },
  }
}

/** What retention does to a leaf, some of it before its time: what is detached too early comes back when it is dropped. */
async function clean(
  { db: { pool } }: TestQueryApi,
  { clean: way, leaf: index }: Cleaning,
): Promise<unknown> {
  const state = way === 'drop' ? 'detaching' : 'attached'
  const leaves = (await listLeaves(pool)).filter((leaf) => leaf.state === state)
  const leaf = leaves[index % Math.max(1, leaves.length)]
  if (!leaf) return undefined
  if (way === 'delete') return deleteExpiredRows(pool, signer, { leaf, fromCtid: '(0,0)', limit: 3 })
  if (way === 'rewrite') return rewritePartition(pool, signer, leaf)
  return way === 'drop' ? dropPartition(pool, signer, leaf) : detachPartition(pool, leaf)
}
