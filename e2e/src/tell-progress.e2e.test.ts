import { until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSystem } from '@logboom/system'
import type { AgentAccount, System } from '@logboom/system'

let system: System
let agent: AgentAccount

beforeAll(async () => {
  system = await startSystem()
  agent = await system.createAgent()
})
afterAll(() => system.close())

async function call(
  path: string,
  headers: Record<string, string> = {},
  body?: unknown,
): Promise<Record<string, unknown>> {
  const response = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Authorization: `Bearer ${agent.pak}`, 'Content-Type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const answer: Record<string, unknown> = JSON.parse(await response.text())
  return { status: response.status, ...answer }
}

const logs = () => call(`${system.queryUrl}/api/v1/agents/${agent.id}/logs`)
const secondsAgo = (seconds: number) =>
  new Date(Date.now() - seconds * 1_000).toISOString().replace('Z', '000001Z')

test('what an agent says of how far it has read is in the answers once it is committed, and goes on while it is idle', async () => {
  expect(await logs()).toMatchObject({ complete_until: null, agents: [{ agent_id: agent.id }] })
  const [second, idle] = [secondsAgo(20), secondsAgo(1)]
  const push = (number: number, read_until: unknown) => {
    const line = { timestamp: secondsAgo(30), namespace: 'n', pod_name: 'p', message: `line ${number}` }
    const headers = { 'Logboom-Instance': 'a', 'Logboom-Batch-Number': String(number) }
    const body = { logs: [line], batch_id: `batch ${number}`, read_until }
    return call(`${system.ingestUrl}/api/v1/agents/${agent.id}/logs`, headers, body)
  }
  const beat = (after_batch: number) =>
    call(
      `${system.ingestUrl}/api/v1/agents/${agent.id}/heartbeat`,
      {},
      {
        instance: 'a',
        read_until: { until: idle, after_batch },
      },
    )
  // the second of two batches alone promises nothing
  expect(await push(2, { until: second })).toMatchObject({ status: 201 })
  await until(async () => JSON.stringify(await logs()).includes('line 2'), { what: 'the second line' })
  expect(await beat(2)).toEqual({ status: 200 })
  expect(await logs()).toMatchObject({ complete_until: null })
  expect(await push(1, undefined)).toMatchObject({ status: 201 })
  await until(async () => (await logs())['complete_until'] === second, { what: 'the report to hold' })
  expect(await logs()).toMatchObject({ total: 2 })
  expect(await beat(2)).toEqual({ status: 200, committed_through: 'batch 2' })
  expect(await logs()).toMatchObject({ complete_until: idle, agents: [{ complete_until: idle }] })
})
