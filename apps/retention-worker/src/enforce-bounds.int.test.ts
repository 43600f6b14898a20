import { randomUUID } from 'node:crypto'
import { foldCounts, previewRetention } from '@logboom/db'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { enforceBounds } from './enforce-bounds.ts'
import { addAgent, addLines, addStream, countFaults, countLines, openTestWork } from './work-fixture.ts'
import type { TestWork } from './work-fixture.ts'

let on: TestWork

beforeAll(async () => {
  on = await openTestWork({ maxLogsPerAgent: 1_000, maxLogsPerDeployment: 300, maxDeleteBatch: 250 })
  await on.pool.query('update retention_classes set retention_seconds = 43200, partition_seconds = 1800')
})
afterAll(() => on.close())

async function receiptsOf(subject: string): Promise<{ kind: string; rows: number; largest: number }[]> {
  const { rows } = await on.pool.query(
    `select kind, sum(rows)::integer as rows, max(rows)::integer as largest from retention_receipts where subject = $1::text group by kind`,
    [subject],
  )
  return rows
}

test('the oldest lines of an agent above its bound go, to the line, in bounded batches with receipts', async () => {
  const agent = await addAgent(on.pool)
  const [one, other] = [await addStream(on.pool, agent), await addStream(on.pool, agent)]
  await addLines(on.pool, { streamId: one, count: 900, fromAgo: 7_200, toAgo: 200 })
  await addLines(on.pool, { streamId: other, count: 900, fromAgo: 7_200, toAgo: 200 })
  const { rows: kept } = await on.pool.query<{ from: string }>(
    'select min(timestamp)::text as from from (select timestamp from agent_logs order by timestamp desc limit 1000) as newest',
  )
  expect(await enforceBounds(on.work)).toBe(800)
  expect(await countLines(on.pool, `stream_id in (${one}, ${other})`)).toBe(1_000)
  expect(await countLines(on.pool, `timestamp < '${kept[0]?.from}'`)).toBe(0)
  const [receipt] = await receiptsOf(agent)
  expect(receipt).toMatchObject({ kind: 'agent_bound', rows: 800 })
  expect(receipt?.largest).toBeLessThanOrEqual(250)
  expect(await countFaults(on.pool)).toEqual([])
  expect(await enforceBounds(on.work)).toBe(0)
})

test('an override of the agent wins, and 0 means unbounded', async () => {
  const [small, unbounded] = [
    await addAgent(on.pool, { max_logs: 10 }),
    await addAgent(on.pool, { max_logs: 0 }),
  ]
  const [smallStream, freeStream] = [await addStream(on.pool, small), await addStream(on.pool, unbounded)]
  // all in one minute: only some of it go
  await addLines(on.pool, { streamId: smallStream, count: 100, fromAgo: 205, toAgo: 201 })
  await addLines(on.pool, { streamId: freeStream, count: 1_500, fromAgo: 300, toAgo: 200 })
  await enforceBounds(on.work)
  expect(await countLines(on.pool, `stream_id = ${smallStream}`)).toBe(10)
  expect(await countLines(on.pool, `stream_id = ${smallStream} and message like 'a line 9_'`)).toBe(10)
  expect(await countLines(on.pool, `stream_id = ${freeStream}`)).toBe(1_500)
})

test('a deployment object has a bound of its own, and a preview tells before', async () => {
  const deploymentId = randomUUID()
  const agent = await addAgent(on.pool)
  const streams = [
    await addStream(on.pool, agent, { deploymentId }),
    await addStream(on.pool, agent, { deploymentId }),
  ]
  for (const streamId of streams) await addLines(on.pool, { streamId, count: 200, fromAgo: 900, toAgo: 200 })
  await foldCounts(on.pool, { limit: 10_000 })
  const policy = { max_logs_per_agent: 1_000, max_logs_per_deployment: 300 }
  expect((await previewRetention(on.db, policy)).bounds).toEqual([
    { kind: 'deployment_bound', subject: deploymentId, rows: 100 },
  ])
  await enforceBounds(on.work)
  expect(await countLines(on.pool, `stream_id in (${streams.join()})`)).toBe(300)
  expect(await receiptsOf(deploymentId)).toMatchObject([{ kind: 'deployment_bound', rows: 100 }])
  expect((await previewRetention(on.db, policy)).bounds).toEqual([])
  expect(await countFaults(on.pool)).toEqual([])
})

test('ten thousand of two hundred thousand lines are cut off in under two seconds', async () => {
  const agent = await addAgent(on.pool, { max_logs: 190_000 })
  const streamId = await addStream(on.pool, agent)
  await addLines(on.pool, { streamId, count: 200_000, fromAgo: 40_000, toAgo: 200 })
  const work = { ...on.work, terms: { ...on.work.terms, maxDeleteBatch: 10_000 } }
  const startedMs = performance.now()
  expect(await enforceBounds(work)).toBe(10_000)
  const tookMs = performance.now() - startedMs
  expect(tookMs).toBeLessThan(2_000)
})
