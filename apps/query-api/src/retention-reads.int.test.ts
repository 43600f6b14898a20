import { Receipt, RetentionReport } from '@logboom/contracts'
import { putRetentionClass, saveRetentionStatus } from '@logboom/db'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

describe('retention', () => {
  test('is reported before the worker ever ran, and after', async () => {
    const report = async (as?: string) => RetentionReport.parse((await api.get('/api/v1/retention', as)).body)
    expect(await report()).toMatchObject({
      classes: [{ id: 1, name: 'default', retention_seconds: 43_200, partition_seconds: 1_800 }],
      assignments: [],
      cleanup_interval_seconds: null,
      last_run_at: null,
    })
    const agent = await api.createAgent()
    await putRetentionClass(api.db.pool, { name: 'short', retentionSeconds: 600 })
    await api.pool.query(`insert into retention_assignments values ($1, null, 2), (null, 'n', 2)`, [agent.id])
    const policy = {
      cleanup_interval_seconds: 60,
      max_delete_batch: 10_000,
      max_logs_per_agent: 5,
      max_logs_per_deployment: 0,
      oldest_row_age_seconds: 1.5,
    }
    await saveRetentionStatus(api.db.pool, { nextRunInSeconds: 60, policy })
    const after = await report()
    expect(after).toMatchObject({
      ...policy,
      last_run_at: expect.any(String),
      next_run_at: expect.any(String),
    })
    expect(after.assignments).toEqual([
      { agent_id: agent.id, namespace: null, retention_class: 'short' },
      { agent_id: null, namespace: 'n', retention_class: 'short' },
    ])
    const stranger = await api.createAgent()
    expect((await report(stranger.pak)).assignments).toMatchObject([{ agent_id: null, namespace: 'n' }])
  })

  test('receipts come newest first, page by page', async () => {
    for (const number of [1, 2, 3, 9, 10]) {
      await api.pool.query(
        `insert into retention_receipts (number, kind, subject, retention_class, rows, previous_hash, hash, kid, signature)
         values ($1, 'rows_deleted', 'agent_logs_c1_x', 'default', 5, 'a', 'b', 'k', 's')`,
        [number],
      )
    }
    const receipts = await api.list(
      'retention/receipts',
      Receipt,
      '&kind=rows_deleted&retention_class=default',
    )
    expect(receipts.map(({ number, kid }) => `${number} ${kid}`)).toEqual([
      '10 k',
      '9 k',
      '3 k',
      '2 k',
      '1 k',
    ])
    expect(await api.list('retention/receipts', Receipt, '&kind=partition_dropped')).toEqual([])
  })

  test('the keys of receipts are there after they have retired, without what they sign by', async () => {
    await api.pool.query(
      `insert into signing_keys (kid, public_jwk, private_sealed, retires_at)
       values ('retired', '{"kty":"OKP","crv":"Ed25519","x":"eA"}', 'sealed', now() - interval '1 day')`,
    )
    const { body } = await api.get('/api/v1/retention/receipt-keys')
    expect(body['keys']).toContainEqual({ kid: 'retired', kty: 'OKP', crv: 'Ed25519', x: 'eA' })
    expect((await api.get('/.well-known/jwks.json', null)).text).not.toContain('retired')
  })

  test('a preview says what a run would delete and deletes nothing', async () => {
    const agent = await api.createAgent()
    await api.store(agent.id, [{ createdUs: Date.now() * 1000 - 43_300e6 }, {}])
    const preview = () => api.call('POST', '/api/v1/retention/preview', api.admin)
    expect((await preview()).body).toMatchObject({
      total_rows: 1,
      rows: [{ retention_class: 'default', rows: 1 }],
    })
    expect((await preview()).body).toMatchObject({ total_rows: 1 })
  })

  test('a preview says what a change would delete before it is made', async () => {
    const agent = await api.createAgent()
    await api.store(agent.id, [{ createdUs: Date.now() * 1000 - 7_200e6 }, {}])
    const rowsWith = async (query: string) =>
      (await api.call('POST', `/api/v1/retention/preview?${query}`, api.admin)).body['total_rows']
    const now = await rowsWith('')
    expect(await rowsWith('retention_class=default&retention_seconds=3600')).toBe(Number(now) + 1)
    expect(await rowsWith('retention_class=default&retention_seconds=43200')).toBe(now)
    expect(await rowsWith('retention_class=other&retention_seconds=3600')).toBe(now)
  })

  test.each([
    'retention_class=default',
    'retention_seconds=60',
    'retention_class=default&retention_seconds=1',
  ])('a preview of %s is a 400', async (query) => {
    const answer = await api.call('POST', `/api/v1/retention/preview?${query}`, api.admin)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_parameter' } })
  })
})
