import { zstdCompressSync } from 'node:zlib'
import { until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentId } from './agent-fixture.ts'
import { startBroker } from './broker-fixture.ts'
import type { Broker } from './broker-fixture.ts'
import { openFakeBroker } from './fake-broker-fixture.ts'
import type { FakeBroker } from './fake-broker-fixture.ts'

let real: Broker
let fake: FakeBroker

beforeAll(async () => {
  ;[real, fake] = await Promise.all([startBroker(), openFakeBroker()])
})
afterAll(() => Promise.all([real.close(), fake.close()]))

interface Sent {
  path: string
  body?: object
  headers?: Record<string, string>
}

const push = (batch: number, body: object): Sent => ({
  path: '/logs',
  body,
  headers: {
    'Content-Encoding': 'zstd',
    'Idempotency-Key': `batch-${batch}`,
    'Logboom-Instance': 'one',
    'Logboom-Batch-Number': String(batch),
  },
})

/** What an agent looks at of an answer: its status, its members, and what kind of value each has. */
async function shapeOf(broker: Broker | FakeBroker, { path, body, headers }: Sent): Promise<unknown> {
  const { id, pak } = 'account' in broker ? broker.account : { id: agentId, pak: 'logboom_x_y' }
  const json = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
  const response = await fetch(`${broker.url}/api/v1/agents/${id}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Authorization: `Bearer ${pak}`, 'Content-Type': 'application/json', ...headers },
    ...(json && { body: headers?.['Content-Encoding'] === 'zstd' ? zstdCompressSync(json) : json }),
  })
  const answer = (await response.json()) as Record<string, unknown> // both answer objects
  const members = Object.entries(answer)
    // the fake has committed what it answers; the broker says so with the next batch
    .filter(([name]) => name !== 'committed_through' || path !== '/logs')
    .map(([name, value]) => [name, typeof value] as const)
  const type = response.headers.get('content-type')?.split(';')[0]
  return { status: response.status, type, members: members.toSorted(([a], [b]) => (a < b ? -1 : 1)) }
}

async function expectSameShape(sent: Sent): Promise<void> {
  expect(await shapeOf(real, sent)).toEqual(await shapeOf(fake, sent))
}

const entry = {
  timestamp: new Date().toISOString(),
  namespace: 'n',
  pod_name: 'p',
  message: 'm',
}

test('what agents are tested against answers as the broker does', async () => {
  await expectSameShape({ path: '/limits' })
  await expectSameShape(push(1, { logs: [entry] }))
  await expectSameShape(push(2, { logs: [], gaps: [] }))
  await expectSameShape(push(1, { logs: [entry] }))
  await until(async () => (await real.storedCount()) === 1, { what: 'the commit', timeoutMs: 10_000 })
  await expectSameShape({ path: '/heartbeat', body: { instance: 'one', version: '1' } })
  await expectSameShape({ path: '/limits' })
})
