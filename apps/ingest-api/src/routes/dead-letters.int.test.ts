import { randomUUID } from 'node:crypto'
import { buildTraceFilter, encodeRow, idOfUuid, Problem, traceHash } from '@logboom/contracts'
import type { JobStream } from '@logboom/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRegistry } from './registry-fixture.ts'
import type { TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await openRegistry()
})
afterAll(() => registry.close())

const timeUs = 1_766_000_000_123_456
const stream: JobStream = {
  id: '42',
  namespace: 'production',
  pod_name: 'web-1',
  pod_uid: null,
  container_name: 'app',
  node: null,
  labels: { app: 'web' },
  deployment_object_id: null,
  work_order_id: null,
}
const line = encodeRow({
  time: { us: timeUs, ns: 789 },
  createdUs: timeUs,
  streamId: 42n,
  id: idOfUuid(randomUUID()),
  seq: 3,
  originalBytes: null,
  retentionClass: 1,
  severity: 17,
  flags: 2,
  message: 'tab\there, ünïcode and \\N',
  groupId: null,
  attributes: '{"a":1,"trace_id":"of a dead letter"}',
})

async function bury(
  of: string,
  { age = '0 s', letterStream = stream as JobStream | null, row = line } = {},
): Promise<string> {
  const { rows } = await registry.pool.query<{ id: string }>(
    `insert into dead_letters (agent_id, job_id, batch_id, reason, detail, stream, row_text, retention_class, created_at)
     values ($1, 'job', 'batch-1', 'sqlstate_22021', 'bad', $2, $3, 1, now() - $4::interval) returning id`,
    [of, JSON.stringify(letterStream), row, age],
  )
  return rows[0]?.id ?? ''
}

const requeue = (id: string, to = registry) => to.call('POST', `/api/v1/dead-letters/${id}/requeue`)
const isBuried = async (id: string) =>
  (await registry.pool.query('select 1 from dead_letters where id = $1', [id])).rowCount === 1

describe('requeueing a dead letter', () => {
  test('gives its entry back to the writer as a batch of one, and ends the letter', async () => {
    const agent = await registry.createAgent()
    const id = await bury(agent.id)
    const { rows } = await registry.pool.query<{ us: string }>(
      'select (extract(epoch from created_at) * 1000000)::bigint::text as us from dead_letters where id = $1',
      [id],
    )
    expect((await requeue(id)).status).toBe(202)
    expect(await isBuried(id)).toBe(false)
    const job = registry.jobs.at(-1)
    const traced = { us: timeUs, hash: traceHash('trace_id', 'of a dead letter') }
    const filter = buildTraceFilter([traced], { minUs: timeUs, maxUs: timeUs })
    expect(job?.rows.toString()).toBe(`${line}\n`)
    expect(job?.header).toMatchObject({
      agent_id: agent.id,
      batch_id: 'batch-1',
      batch_number: null,
      created_us: Number(rows[0]?.us),
      entries: 1,
      min_us: timeUs,
      max_us: timeUs,
      streams: [stream],
      gaps: [],
      trace_filter: filter.toString('base64'),
    })
    const bytes = Buffer.byteLength('tab\there, ünïcode and \\N')
    expect(job?.header.counts).toEqual([
      { stream: '42', retention_class: 1, minute: Math.floor(timeUs / 60e6), severity: 17, rows: 1, bytes },
    ])
    expect(await requeue(id)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  })

  test('gives the same job again when it was interrupted before the letter was deleted', async () => {
    const agent = await registry.createAgent()
    const id = await bury(agent.id)
    await requeue(id)
    const first = registry.jobs.at(-1)?.header.job_id
    await registry.pool.query(
      `insert into dead_letters (id, agent_id, job_id, batch_id, reason, detail, stream, row_text, retention_class, created_at)
       values ($1, $2, 'job', 'batch-1', 'r', 'd', $3, $4, 1, now())`,
      [id, agent.id, JSON.stringify(stream), line],
    )
    await requeue(id)
    expect(first).toMatch(/^b[0-9a-f]{64}$/)
    expect(registry.jobs.at(-1)?.header.job_id).toBe(first)
  })

  test('keeps the letter when the queue takes nothing', async () => {
    const other = await openRegistry({ enqueue: () => Promise.reject(new Problem('overloaded')) })
    const agent = await other.createAgent()
    const { rows } = await other.pool.query<{ id: string }>(
      `insert into dead_letters (agent_id, job_id, batch_id, reason, detail, stream, row_text, retention_class, created_at)
       values ($1, 'job', 'b', 'r', 'd', $2, $3, 1, now()) returning id`,
      [agent.id, JSON.stringify(stream), line],
    )
    const answer = await requeue(rows[0]?.id ?? '', other)
    expect(answer).toMatchObject({ status: 503, body: { code: 'overloaded' } })
    expect(answer.headers.get('retry-after')).not.toBeNull()
    expect((await other.pool.query('select 1 from dead_letters')).rowCount).toBe(1)
    await other.close()
  })

  test('is refused for one that has expired, whose agent is deleted, or that is damaged', async () => {
    const [agent, gone] = [await registry.createAgent(), await registry.createAgent()]
    const ofGone = await bury(gone.id)
    await registry.call('DELETE', `/api/v1/agents/${gone.id}`)
    expect((await requeue(await bury(agent.id, { age: '12 hours 1 s' }))).status).toBe(404)
    expect((await requeue(ofGone)).status).toBe(404)
    const damaged = [await bury(agent.id, { letterStream: null }), await bury(agent.id, { row: 'junk' })]
    for (const id of damaged) {
      expect(await requeue(id)).toMatchObject({ status: 409 })
      expect(await isBuried(id)).toBe(true)
    }
    expect((await requeue(randomUUID())).status).toBe(404)
    expect((await requeue('x')).status).toBe(404)
  })
})

test('a dead letter is deleted once', async () => {
  const id = await bury((await registry.createAgent()).id)
  const remove = () => registry.call('DELETE', `/api/v1/dead-letters/${id}`)
  expect((await remove()).status).toBe(204)
  expect(await isBuried(id)).toBe(false)
  expect(await remove()).toMatchObject({ status: 404, body: { code: 'not_found' } })
  expect((await registry.call('DELETE', '/api/v1/dead-letters/x')).status).toBe(404)
})
