import { randomUUID } from 'node:crypto'
import { findLinks } from '@logboom/db'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRegistry } from './registry-fixture.ts'
import type { TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await openRegistry()
})
afterAll(() => registry.close())

const kinds = [
  {
    path: '/api/v1/deployment-objects',
    column: 'deployment_object_id',
    unknown: 'deployment_object_not_found',
  },
  { path: '/api/v1/work-orders', column: 'work_order_id', unknown: 'work_order_not_found' },
] as const

describe.each(kinds)('$path', ({ path, column, unknown }) => {
  const put = (id: string, body: unknown) => registry.call('PUT', `${path}/${id}`, { body })

  test('is created with 201 and replaced with 200', async () => {
    const [agent, id] = [await registry.createAgent(), randomUUID()]
    const created = await put(id.toUpperCase(), { agent_id: agent.id })
    expect(created).toMatchObject({ status: 201, body: { id, agent_id: agent.id } })
    const replaced = await put(id, { agent_id: agent.id })
    expect(replaced.status).toBe(200)
    expect(replaced.body['created_at']).toBe(created.body['created_at'])
  })

  test('is created once by eight calls at once', async () => {
    const [agent, id] = [await registry.createAgent(), randomUUID()]
    const answers = await Promise.all(Array.from({ length: 8 }, () => put(id, { agent_id: agent.id })))
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
      200, 200, 200, 200, 200, 200, 200, 201,
    ])
  })

  test('never changes hands while its agent lives', async () => {
    const [one, other, id] = [await registry.createAgent(), await registry.createAgent(), randomUUID()]
    await put(id, { agent_id: one.id })
    expect(await put(id, { agent_id: other.id })).toMatchObject({ status: 409, body: { code: 'conflict' } })
    await registry.call('DELETE', `/api/v1/agents/${one.id}`)
    expect(await registry.call('DELETE', `${path}/${id}`)).toMatchObject({
      status: 404,
      body: { code: unknown },
    })
    expect(await put(id, { agent_id: other.id })).toMatchObject({ status: 201, body: { agent_id: other.id } })
  })

  test('names an agent that does not exist, is deleted or is no UUID', async () => {
    const gone = await registry.createAgent()
    await registry.call('DELETE', `/api/v1/agents/${gone.id}`)
    for (const agent_id of [randomUUID(), gone.id, 'x']) {
      const answer = await put(randomUUID(), { agent_id })
      expect(answer).toMatchObject({
        status: 422,
        body: { code: 'invalid_body', errors: [{ path: 'agent_id' }] },
      })
    }
  })

  test('refuses ids that are no UUID and fields of the wrong shape', async () => {
    const { id: agent_id } = await registry.createAgent()
    expect(await put('seven', { agent_id })).toMatchObject({
      status: 400,
      body: { code: 'invalid_parameter' },
    })
    expect((await put('%ff', { agent_id })).status).toBe(400)
    expect((await put(randomUUID(), { agent_id, name: 7, work_type: 7 })).status).toBe(422)
    expect((await put(randomUUID(), {})).status).toBe(422)
  })

  test('leaves its streams when it is deleted, without the link', async () => {
    const [agent, id] = [await registry.createAgent(), randomUUID()]
    await put(id, { agent_id: agent.id })
    await registry.pool.query(
      `insert into log_streams (id, agent_id, ${column}, namespace, pod_name, first_seen, last_seen)
       values (hashtextextended($1::text, 0), $2, $1::uuid, 'n', 'p', now(), now())`,
      [id, agent.id],
    )
    expect((await registry.call('DELETE', `${path}/${id}`)).status).toBe(204)
    const { rows } = await registry.pool.query(
      `select ${column} as link from log_streams where agent_id = $1`,
      [agent.id],
    )
    expect(rows).toEqual([{ link: null }])
    expect(await registry.call('DELETE', `${path}/${id}`)).toMatchObject({
      status: 404,
      body: { code: unknown },
    })
    expect(await registry.call('DELETE', `${path}/x`)).toMatchObject({ status: 404, body: { code: unknown } })
  })
})

describe('a work order', () => {
  test('is kept when it ends, with the time of its end', async () => {
    const [agent, id] = [await registry.createAgent(), randomUUID()]
    const put = async (status?: string) =>
      (
        await registry.call('PUT', `/api/v1/work-orders/${id}`, {
          body: { agent_id: agent.id, work_type: 'build', status },
        })
      ).body
    expect(await put()).toMatchObject({ status: 'PENDING', work_type: 'build', completed_at: null })
    expect(await put('CLAIMED')).toMatchObject({ status: 'CLAIMED', completed_at: null })
    const failed = await put('FAILED')
    expect(failed['completed_at']).toEqual(expect.any(String))
    expect(await put('COMPLETED')).toMatchObject({ completed_at: failed['completed_at'] })
    expect(await put('RETRY_PENDING')).toMatchObject({ completed_at: null })
    expect((await put('CANCELLED'))['completed_at']).toEqual(expect.any(String))
  })

  test('has one of the known statuses', async () => {
    const { id: agent_id } = await registry.createAgent()
    const answer = await registry.call('PUT', `/api/v1/work-orders/${randomUUID()}`, {
      body: { agent_id, status: 'DONE' },
    })
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'status' }] } })
  })
})

test('links are found set-wise, for their own agent only, whatever text was sent as an id', async () => {
  const [agent, other] = [await registry.createAgent(), await registry.createAgent()]
  const [object, order, foreign] = [randomUUID(), randomUUID(), randomUUID()]
  await registry.call('PUT', `/api/v1/deployment-objects/${object}`, { body: { agent_id: agent.id } })
  await registry.call('PUT', `/api/v1/work-orders/${order}`, { body: { agent_id: agent.id } })
  await registry.call('PUT', `/api/v1/deployment-objects/${foreign}`, { body: { agent_id: other.id } })
  const found = await findLinks(registry.db, {
    agentId: agent.id,
    deploymentObjectIds: [object.toUpperCase(), foreign, order, randomUUID(), "'; --", ''],
    workOrderIds: [order, object],
  })
  expect(found).toEqual({
    deploymentObjectIds: new Set([object.toUpperCase()]),
    workOrderIds: new Set([order]),
  })
})
