import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRegistry } from './registry-fixture.ts'
import type { TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await openRegistry()
})
afterAll(() => registry.close())

describe('a sign of life', () => {
  test('moves last_seen and the version, and leaves the status', async () => {
    const { id, pak } = await registry.createAgent()
    const beat = (body?: unknown) =>
      registry.call('POST', `/api/v1/agents/${id}/heartbeat`, { as: pak, body })
    const seen = async () => (await registry.call('PATCH', `/api/v1/agents/${id}`, { body: {} })).body
    expect(await beat({ version: '1.2.3', of_a_newer_agent: 1 })).toMatchObject({ status: 200, body: {} })
    const first = await seen()
    expect(first).toMatchObject({ version: '1.2.3', status: 'ACTIVE' })
    expect(Math.abs(Date.parse(String(first['last_seen'])) - Date.now())).toBeLessThan(60_000)
    expect((await beat()).text).toBe('{}')
    const second = await seen()
    expect(second['version']).toBe('1.2.3')
    expect(Date.parse(String(second['last_seen']))).toBeGreaterThanOrEqual(
      Date.parse(String(first['last_seen'])),
    )
  })

  test('is given by the agent itself only', async () => {
    const [one, other] = [await registry.createAgent(), await registry.createAgent()]
    const path = `/api/v1/agents/${one.id}/heartbeat`
    expect(await registry.call('POST', path, { as: other.pak })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    })
    expect((await registry.call('POST', path)).status).toBe(403)
    expect((await registry.call('POST', path, { as: null })).status).toBe(401)
    expect((await registry.call('POST', '/api/v1/agents/x/heartbeat', { as: one.pak })).status).toBe(404)
    expect(
      (await registry.call('POST', path, { as: one.pak, body: { version: 'x'.repeat(65) } })).status,
    ).toBe(422)
  })
})

describe('limits', () => {
  const limitsOf = (id: string, as?: string | null) =>
    registry.call('GET', `/api/v1/agents/${id}/limits`, as === undefined ? {} : { as })

  test('are the defaults with the overrides of the agent on top, for the agent and for admins', async () => {
    const { id, pak } = await registry.createAgent()
    await registry.call('PATCH', `/api/v1/agents/${id}`, { body: { limits: { requests_per_minute: 600 } } })
    const answer = await limitsOf(id, pak)
    expect(answer.body).toEqual({
      max_entries_per_request: 1000,
      requests_per_minute: 600,
      request_burst: 10,
      max_instances: 1,
      max_message_bytes: 65_536,
      max_body_bytes: 33_554_432,
      max_logs: 10_000_000,
      retention_seconds: 43_200,
      committed_through: {},
    })
    expect((await limitsOf(id)).body).toEqual(answer.body)
  })

  test('tell the longest retention that can apply, and the last committed batch of each instance', async () => {
    const { id, pak } = await registry.createAgent()
    const [week, hour] = await classes(604_800, 3_600)
    await registry.pool.query(`insert into retention_assignments values (null, 'audit', $1)`, [week])
    expect((await limitsOf(id, pak)).body['retention_seconds']).toBe(604_800)
    // an assignment to the agent beats one to a namespace
    await registry.pool.query(`insert into retention_assignments values ($1, null, $2)`, [id, hour])
    expect((await limitsOf(id, pak)).body['retention_seconds']).toBe(3_600)
    await registry.pool.query(`insert into retention_assignments values ($1, 'audit', $2)`, [id, week])
    expect((await limitsOf(id, pak)).body['retention_seconds']).toBe(604_800)
    await registry.pool.query(
      `insert into agent_commits (agent_id, instance, through, through_batch_id) values ($1, 'a', 7, 'b-7'), ($1, 'new', 0, null)`,
      [id],
    )
    expect((await limitsOf(id, pak)).body['committed_through']).toEqual({ a: 'b-7' })
  })

  test('of another agent are not told', async () => {
    const [one, other] = [await registry.createAgent(), await registry.createAgent()]
    expect((await limitsOf(one.id, other.pak)).status).toBe(403)
    expect((await limitsOf(one.id, null)).status).toBe(401)
    expect((await limitsOf(randomUUID())).status).toBe(404)
  })

  async function classes(...seconds: number[]): Promise<number[]> {
    const { rows } = await registry.pool.query<{ id: number }>(
      `insert into retention_classes (name, retention_seconds, partition_seconds)
       select 'class-' || s, s, 60 from unnest($1::integer[]) s returning id`,
      [seconds],
    )
    return rows.map((row) => row.id)
  }
})
