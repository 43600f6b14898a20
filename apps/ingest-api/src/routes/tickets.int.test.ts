import { openTickets } from '@logboom/queue'
import { createTickets } from '@logboom/service'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openIngest, signingSecret } from './push-fixture.ts'
import type { TestIngest } from './push-fixture.ts'
import { openRegistry } from './registry-fixture.ts'

let api: TestIngest
beforeAll(async () => {
  api = await openIngest()
})
afterAll(() => api.close())

const ask = () =>
  fetch(`${api.url}/api/v1/auth/ticket`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${api.agent.pak}` },
  })

test('a ticket is given for any credential, and good once wherever the same Redis is', async () => {
  const place = openTickets({ url: api.redisUrl, log: { info() {}, warn() {}, error() {}, debug() {} } })
  const answer = await ask()
  const body = (await answer.json()) as Record<string, unknown>
  expect([answer.status, body]).toEqual([201, { ticket: expect.stringMatching(/^lbt_/), expires_in: 30 }])
  const elsewhere = createTickets({ place, secret: signingSecret })
  const redeemed = [
    await elsewhere.redeem(String(body['ticket'])),
    await elsewhere.redeem(String(body['ticket'])),
  ]
  expect(redeemed).toMatchObject([{ kind: 'agent', agentId: api.agent.id }, null])
  expect(api.logged()).not.toContain(String(body['ticket']))
  place.close()
})

test('without Redis there are none, and the answer says so', async () => {
  const registry = await openRegistry()
  const answer = await registry.call('POST', '/api/v1/auth/ticket')
  expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } })
  await registry.close()
})
