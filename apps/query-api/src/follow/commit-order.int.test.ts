import type { BatchJob } from '@logboom/contracts'
import { createStreamCache, writeBatches } from '@logboom/db'
import { jobOf, until } from '@logboom/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jobOfLines } from '../line-fixture.ts'
import { openQueryApi } from '../query-fixture.ts'
import type { TestQueryApi } from '../query-fixture.ts'
import { openSse } from './follow-fixture.ts'
import type { SseClient } from './follow-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

const streams = createStreamCache(() => 0) // every batch touches its streams

async function holdStream(podName: string) {
  const holder = await api.pool.connect()
  await holder.query('begin')
  await holder.query('select 1 from log_streams where pod_name = $1 for update', [podName])
  return holder
}

async function letGo(holder: Awaited<ReturnType<typeof holdStream>>): Promise<void> {
  await holder.query('rollback')
  holder.release()
}

const writing = async (agentId: string, message: string, pod_name = 'pod') => {
  const { job } = jobOfLines(agentId, [{ message, stream: { pod_name } }])
  const [result] = await writeBatches(api.db, [job], createStreamCache())
  expect(result?.status).toBe('fulfilled')
}

/** Until a writer waits for the lock of another transaction, with its own id taken. */
const untilOneWaits = () =>
  until(
    async () =>
      (
        await api.pool.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
      ).rowCount,
    { what: 'a writer that waits' },
  )

/** Newcomers are let in between two looks at the ledger: where two came one after the other, there was one. */
async function untilLooked(agentId: string): Promise<void> {
  for (const _ of [1, 2]) {
    const newcomer = await openSse(api, `/api/v1/agents/${agentId}/logs/stream`)
    await newcomer.untilLive()
    await newcomer.close()
  }
}

test('a transaction that commits late is neither passed over nor overtaken', async () => {
  const agent = await api.createAgent()
  await writing(agent.id, 'first', 'held')
  const stream = await openSse(api, `/api/v1/agents/${agent.id}/logs/stream`)
  await stream.untilLive()
  const holder = await holdStream('held')
  const early = writing(agent.id, 'began first', 'held')
  await untilOneWaits()
  await writing(agent.id, 'committed first')
  const other = await openSse(api, `/api/v1/agents/${agent.id}/logs/stream?tail=10`)
  await other.untilLive()
  await untilLooked(agent.id)
  expect(stream.messages()).toEqual([])
  expect(other.messages().toSorted()).toEqual(['committed first', 'first'])
  await letGo(holder)
  await early
  await stream.untilMessage('committed first')
  await other.untilMessage('began first')
  expect(stream.messages()).toEqual(['began first', 'committed first'])
  expect(other.messages().toSorted()).toEqual(['began first', 'committed first', 'first'])
  const again = await openSse(api, `/api/v1/agents/${agent.id}/logs/stream`, { lastEventId: other.lastId() })
  await again.untilLive()
  expect(again.messages()).toEqual([])
  for (const one of [stream, other, again]) await one.close()
})

test('a long transaction that writes anything else keeps nobody waiting', async () => {
  const agent = await api.createAgent()
  const long = await api.pool.connect()
  await long.query('begin; create table long_work ()')
  const stream = await openSse(api, `/api/v1/agents/${agent.id}/logs/stream`)
  await stream.untilLive()
  await writing(agent.id, 'not held back')
  await stream.untilMessage('not held back')
  expect(stream.messages()).toEqual(['not held back'])
  await letGo(long)
  await stream.close()
})

let lastStream = 1_000

/** Parts of one request, which have one receipt and may be of one stream. */
function makeParts(agentId: string, sizes: readonly number[], nextNumber: () => number): BatchJob[] {
  const createdUs = Date.now() * 1000
  return sizes.map((size, part) =>
    jobOf({
      agentId,
      createdUs,
      messages: Array.from({ length: size }, () => `line ${nextNumber()}`),
      stream: { id: String(lastStream + (part % 2)), pod_name: `pod-${part % 2}` },
    }),
  )
}

/** Follows in several lives, each of some events, going on from the last id; until there are as many lines as wanted. */
async function followInLives(
  path: string,
  lives: readonly number[],
  wanted: () => number | null,
): Promise<string[]> {
  const messages: string[] = []
  let lastEventId: string | null = null
  for (const events of [...lives, Infinity]) {
    const stream: SseClient = await openSse(api, path, { lastEventId })
    const hasAll = () => wanted() !== null && messages.length + stream.messages().length >= (wanted() ?? 0)
    await until(() => stream.events.length >= events || hasAll(), {
      what: `the end of a life of ${events} events`,
      timeoutMs: 10_000,
    })
    await stream.close()
    messages.push(...stream.messages())
    lastEventId = stream.lastId() ?? lastEventId
  }
  return messages
}

test('whatever is committed meanwhile, a replay or a tail and what follows it are each line once', async () => {
  const round = fc.record({
    groups: fc.array(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }), {
      minLength: 8,
      maxLength: 20,
    }),
    lives: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(round, async ({ groups, lives }) => {
      const agent = await api.createAgent()
      const path = `/api/v1/agents/${agent.id}/logs/stream`
      lastStream += 2
      let count = 0
      const left = [...groups]
      const write = async () => {
        for (let sizes = left.shift(); sizes; sizes = left.shift()) {
          const jobs = makeParts(agent.id, sizes, () => count++)
          const results = await writeBatches(api.db, jobs, streams)
          expect(results.map(({ status }) => status)).toEqual(jobs.map(() => 'fulfilled'))
        }
      }
      let written: number | null = null
      const writers = Promise.all([write(), write(), write()]).then(() => (written = count))
      const followers = ['?since=1h', '?since=1h', '?tail=1000', '?tail=1000'].map((query, index) =>
        followInLives(path + query, index % 2 === 0 ? lives : [], () => written),
      )
      const seen = await Promise.all(followers)
      await writers
      const all = Array.from({ length: count }, (_, n) => `line ${n}`).toSorted()
      for (const messages of seen) expect(messages.toSorted()).toEqual(all)
      // replays give one order, wherever they were interrupted
      expect(seen[0]).toEqual(seen[1])
    }),
    { numRuns: 6, endOnFailure: true },
  )
}, 120_000)
