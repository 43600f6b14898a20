import { foldCounts } from '@logboom/db'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { enforceBounds } from './enforce-bounds.ts'
import { addAgent, addLines, addStream, countFaults, openTestWork } from './work-fixture.ts'
import type { TestWork } from './work-fixture.ts'
import { runOnce } from './run-once.ts'

let on: TestWork
let streams: string[]

beforeAll(async () => {
  on = await openTestWork()
  const agent = await addAgent(on.pool)
  streams = await Promise.all([1, 2, 3].map(() => addStream(on.pool, agent)))
})
afterAll(() => on.close())

const step = fc.oneof(
  fc.record({
    add: fc.record({
      stream: fc.nat(2),
      count: fc.integer({ min: 1, max: 300 }),
      fromAgo: fc.integer({ min: 11, max: 400 }),
      delay: fc.nat(400),
    }),
  }),
  fc.record({ fold: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ bound: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ partitionSeconds: fc.constantFrom(10, 45, 60, 120) }),
  fc.constant('run' as const),
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function take(next: Step): Promise<unknown> {
  if (next === 'run') return runOnce(on.work)
  if ('fold' in next) return foldCounts(on.pool, { limit: next.fold })
  if ('bound' in next)
    return enforceBounds({ ...on.work, terms: { ...on.work.terms, maxLogsPerAgent: next.bound } })
  if ('partitionSeconds' in next) {
    return on.pool.query('update retention_classes set partition_seconds = $1::integer', [
      next.partitionSeconds,
    ])
  }
  const { stream, count, fromAgo, delay } = next.add
  return addLines(on.pool, { streamId: streams[stream] ?? '', count, fromAgo, toAgo: fromAgo - 10, delay })
}

test(
  'counts by stream, minute and level are those of the rows, whatever was stored, deleted, dropped and folded',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        for (const next of steps) {
          await take(next)
          expect(await countFaults(on.pool)).toEqual([])
        }
      }),
      { numRuns: 15 },
    )
  },
)
