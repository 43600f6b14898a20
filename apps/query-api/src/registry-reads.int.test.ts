import { randomUUID } from 'node:crypto'
import {
  AgentWithProgress,
  DeadLetter,
  DeploymentObject,
  encodeRow,
  idOfUuid,
  Pak,
  StoredGap,
  WhoAmI,
  WorkOrder,
} from '@logboom/contracts'
import { generateSigningKey, openPrivateKey } from '@logboom/service'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

test('agents come newest first, page by page, each once, and by filter', async () => {
  const made = [
    await api.createAgent(),
    await api.createAgent(),
    await api.createAgent(),
    await api.createAgent(),
  ]
  // The same moment for all: then the id decides.
  await api.pool.query(
    `update agents set created_at = '2026-01-01T00:00:00.123456Z', last_seen = now(), version = '1.2'`,
  )
  const agents = await api.list('agents', AgentWithProgress)
  expect(agents.map(({ id }) => id)).toEqual(
    made
      .map(({ id }) => id)
      .toSorted()
      .toReversed(),
  )
  const [first] = agents
  expect(first).toMatchObject({
    cluster_name: 'test',
    status: 'ACTIVE',
    version: '1.2',
    labels: {},
    limits: {},
    created_at: '2026-01-01T00:00:00.123Z',
  })
  expect((await api.get(`/api/v1/agents/${first?.id}`)).body).toEqual(first)
  expect(await api.list('agents', AgentWithProgress, `&name=${first?.name}`)).toEqual([first])
  expect(await api.list('agents', AgentWithProgress, '&cluster_name=other')).toEqual([])
  expect(await api.list('agents', AgentWithProgress, '&status=INACTIVE')).toEqual([])
})

test('keys are listed without their secrets, those of an agent apart', async () => {
  const agent = await api.createAgent()
  const reader = await api.issueReader({ agents: [agent.id], namespaces: ['n'] })
  const [key] = await api.list(`agents/${agent.id}/paks`, Pak)
  expect(key).toMatchObject({ kind: 'agent', agent_id: agent.id, revoked_at: null, scope_agents: null })
  const readers = await api.list('paks', Pak, '&kind=reader')
  expect(readers).toMatchObject([
    { kind: 'reader', scope_agents: [agent.id], scope_namespaces: ['n'], agent_id: null },
  ])
  const { text } = await api.get('/api/v1/paks')
  for (const pak of [agent.pak, reader, api.admin]) expect(text).not.toContain(pak.split('_')[2])
  expect(text).not.toContain('hash')
  expect(await api.list('paks', Pak, `&agent_id=${agent.id}`)).toEqual([key])
})

test('deployment objects and work orders are listed and found', async () => {
  const agent = await api.createAgent()
  const ids = [randomUUID(), randomUUID(), randomUUID()].toSorted().toReversed()
  for (const id of ids) {
    await api.pool.query(
      `insert into deployment_objects values ($1, $2, 'web', '2026-01-01', '2026-01-02')`,
      [id, agent.id],
    )
    await api.pool.query(
      `insert into work_orders values ($1, $2, 'build', 'COMPLETED', '2026-01-01', '2026-01-02', '2026-01-03')`,
      [id, agent.id],
    )
  }
  const objects = await api.list('deployment-objects', DeploymentObject, `&agent_id=${agent.id}&name=web`)
  expect(objects.map(({ id }) => id)).toEqual(ids)
  expect((await api.get(`/api/v1/deployment-objects/${ids[0]}`)).body).toEqual(objects[0])
  const orders = await api.list(
    'work-orders',
    WorkOrder,
    `&agent_id=${agent.id}&status=COMPLETED&work_type=build`,
    agent.pak,
  )
  expect(orders.map(({ id }) => id)).toEqual(ids)
  expect((await api.get(`/api/v1/work-orders/${ids[0]}`)).body).toEqual(orders[0])
  expect(orders[0]).toMatchObject({ completed_at: '2026-01-03T00:00:00.000Z' })
  expect(await api.list('work-orders', WorkOrder, '&status=PENDING')).toEqual([])
})

test('gaps are paged through and filtered', async () => {
  const agent = await api.createAgent()
  const gap = (minute: number, more = {}) => ({
    from: `2026-01-01T10:0${minute}:00Z`,
    to: `2026-01-01T10:0${minute}:30Z`,
    ...more,
  })
  await api.store(
    agent.id,
    [],
    [
      gap(0),
      gap(1, { reason: 'spool_full' }),
      gap(1),
      gap(2, { pod_name: 'q%', namespace: 'n', lines: null }),
    ],
  )
  const mine = `&agent_id=${agent.id}`
  const gaps = await api.list('gaps', StoredGap, mine)
  expect(gaps.map(({ from }) => from.slice(15, 16))).toEqual(['2', '1', '1', '0'])
  const count = async (query: string) => (await api.list('gaps', StoredGap, mine + query)).length
  expect(await count('&reason=spool_full')).toBe(1)
  expect(await count('&pod_name=q*')).toBe(1)
  expect(await count('&pod_name=%25')).toBe(0)
  expect(await count('&namespace=n')).toBe(1)
  expect(await count('&container_name=main')).toBe(4)
  expect(await count('&since=2026-01-01T10:01:30Z')).toBe(3)
  expect(await count('&until=2026-01-01T10:01:00Z')).toBe(1)
})

describe('dead letters', () => {
  const nothing = {
    originalBytes: null,
    flags: 0,
    groupId: null,
    attributes: '{"a":1}',
    seq: 3,
    retentionClass: 1,
    severity: 17,
  }

  async function bury(agentId: string, stream: unknown, rowText: string): Promise<void> {
    await api.pool.query(
      `insert into dead_letters (agent_id, job_id, batch_id, reason, detail, stream, row_text, retention_class, created_at)
       values ($1, 'j', 'batch', 'sqlstate_22021', 'bad bytes', $2::jsonb, $3, 1, now())`,
      [agentId, JSON.stringify(stream), rowText],
    )
  }

  test('show the entry readable', async () => {
    const agent = await api.createAgent()
    const time = { us: Date.parse('2026-01-01T10:00:00Z') * 1000, ns: 7 }
    const row = encodeRow({
      ...nothing,
      time,
      createdUs: time.us,
      streamId: 1n,
      id: idOfUuid(randomUUID()),
      message: 'tab\tand\\n',
    })
    await bury(agent.id, { id: '1', namespace: 'n', pod_name: 'p', container_name: null, labels: {} }, row)
    const [letter] = await api.list(
      'dead-letters',
      DeadLetter,
      `&agent_id=${agent.id}&reason=sqlstate_22021&batch_id=batch`,
    )
    expect(letter).toMatchObject({
      agent_id: agent.id,
      reason: 'sqlstate_22021',
      detail: 'bad bytes',
      entry: {
        timestamp: '2026-01-01T10:00:00.000000007Z',
        namespace: 'n',
        pod_name: 'p',
        level: 'ERROR',
        message: 'tab\tand\\n',
        seq: 3,
        attributes: { a: 1 },
      },
    })
    expect(await api.list('dead-letters', DeadLetter, '&reason=other')).toEqual([])
  })

  test('are answered even when nothing in them can be read', async () => {
    const agent = await api.createAgent()
    for (const rowText of ['', 'junk', `${'x\t'.repeat(11)}{not json`, '\\N\t\\N'])
      await bury(agent.id, null, rowText)
    expect(await api.list('dead-letters', DeadLetter, `&agent_id=${agent.id}`)).toHaveLength(4)
  })
})

test('everybody can ask who they are', async () => {
  const agent = await api.createAgent()
  const reader = await api.issueReader({ namespaces: ['n'] })
  await api.pool.query(`update paks set label = 'on call' where kind = 'reader' and scope_namespaces = '{n}'`)
  const whoami = async (as: string) => WhoAmI.parse((await api.get('/api/v1/whoami', as)).body)
  const all = { agent_id: null, agents: null, namespaces: null, label: 'test' }
  expect(await whoami(api.admin)).toEqual({ ...all, kind: 'admin' })
  expect(await whoami(agent.pak)).toEqual({ ...all, kind: 'agent', agent_id: agent.id, agents: [agent.id] })
  expect(await whoami(reader)).toEqual({ ...all, kind: 'reader', namespaces: ['n'], label: 'on call' })
})

test('the public keys are there for anybody, without their private halves', async () => {
  const secret = 'a secret of thirty-two characters'
  const { kid, sealed } = await generateSigningKey(secret)
  await api.pool.query('insert into signing_keys (kid, public_jwk, private_sealed) values ($1, $2, $3)', [
    kid,
    '{}',
    sealed,
  ])
  const { status, body, headers } = await api.get('/.well-known/jwks.json', null)
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toContain('max-age')
  const { d: _, ...publicHalf } = openPrivateKey(sealed, secret)
  expect(body).toEqual({ keys: [{ ...publicHalf, kid, alg: 'EdDSA', use: 'sig' }] })
})

test('no answer of all these was a fault of ours', () => expect(api.logged()).not.toContain('request failed'))
