import { until } from '@logboom/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSystem } from '@logboom/system'
import type { AgentAccount, System } from '@logboom/system'
import { findSecrets } from './find-secrets.ts'
import { runCurl } from './run-curl.ts'

// Byte for byte as the first contract writes a push: an id that is none, and a time long past.
const BODY = `{
  "logs": [
    {
      "timestamp": "2025-01-15T10:30:00.123Z",
      "namespace": "production",
      "pod_name": "my-app-7d4f8b9c5-x2k9p",
      "container_name": "app",
      "level": "INFO",
      "message": "Server started on port 8080",
      "deployment_object_id": "uuid-optional",
      "work_order_id": "uuid-optional"
    }
  ]
}`

let system: System
let agent: AgentAccount

beforeAll(async () => {
  system = await startSystem()
  agent = await system.createAgent()
})
afterAll(() => system.close())

function post(url: string, body: string) {
  const headers = [`Authorization: Bearer ${agent.pak}`, 'Content-Type: application/json']
  return runCurl(
    '-X',
    'POST',
    `${url}/api/v1/agents/${agent.id}/logs`,
    ...headers.flatMap((one) => ['-H', one]),
    '-d',
    body,
  )
}

function get(url: string, query = '') {
  return runCurl('-H', `Authorization: Bearer ${agent.pak}`, `${url}/api/v1/agents/${agent.id}/logs${query}`)
}

function bodyOf(timestamp: string): string {
  return BODY.replace('2025-01-15T10:30:00.123Z', timestamp)
}

describe('the bodies of the first contract, by curl', () => {
  test('a push of a line that is older than the retention is received and counted as expired', async () => {
    expect(await post(system.ingestUrl, BODY)).toEqual({
      status: 201,
      body: { received: 1, stored: 0, batch_id: expect.any(String), expired: 1 },
    })
  })

  test('a push of the same line from now is stored, and comes back with the same fields and a page around it', async () => {
    const timestamp = new Date().toISOString()
    const { status, body } = await post(system.ingestUrl, bodyOf(timestamp))
    expect(status).toBe(201)
    expect(body).toMatchObject({ received: 1, stored: 1, unlinked: 1 })
    const isThere = async () => {
      const page = await get(system.queryUrl)
      return JSON.stringify(page.body).includes('Server started') && page
    }
    expect(await until(isThere, { what: 'the line' })).toEqual({
      status: 200,
      body: expect.objectContaining({
        logs: [
          expect.objectContaining({
            id: expect.stringMatching(/^[0-9a-f-]{36}$/),
            timestamp: timestamp.replace('Z', '000000Z'),
            namespace: 'production',
            pod_name: 'my-app-7d4f8b9c5-x2k9p',
            container_name: 'app',
            level: 'INFO',
            message: 'Server started on port 8080',
          }),
        ],
        total: 1,
        has_more: false,
      }),
    })
  })

  test('every query parameter of the first contract is understood', async () => {
    const since = new Date(Date.now() - 60_000).toISOString()
    const until = new Date(Date.now() + 60_000).toISOString()
    const query = `?namespace=production&pod_name=my-app&level=INFO&since=${since}&until=${until}&limit=1&offset=0`
    expect(await get(system.queryUrl, query)).toMatchObject({
      status: 200,
      body: { total: 1, has_more: false },
    })
    expect(await get(system.queryUrl, '?level=ERROR')).toMatchObject({
      status: 200,
      body: { logs: [], total: 0 },
    })
  })
})

describe('either API answers for the other', () => {
  test('a push to query-api is stored', async () => {
    const body = bodyOf(new Date().toISOString()).replace('8080', '8081')
    expect(await post(system.queryUrl, body)).toMatchObject({ status: 201, body: { received: 1, stored: 1 } })
    const isThere = async () => JSON.stringify(await get(system.queryUrl)).includes('port 8081')
    await until(isThere, { what: 'the line that came through query-api' })
  })

  test('a page asked of ingest-api is the page of query-api', async () => {
    const [asked, own] = await Promise.all([get(system.ingestUrl), get(system.queryUrl)])
    expect(asked.status).toBe(200)
    expect(asked.body).toMatchObject({ logs: (own.body as { logs: unknown[] }).logs }) // LogPage
  })

  test('while the other API is away, its routes answer 502 and ours go on', async () => {
    await system.query.kill()
    expect((await get(system.ingestUrl)).status).toBe(502)
    const body = bodyOf(new Date().toISOString()).replace('8080', '8082')
    expect(await post(system.ingestUrl, body)).toMatchObject({ status: 201 })
    await system.query.restart()
    const isBack = async () => JSON.stringify(await get(system.ingestUrl)).includes('port 8082')
    await until(isBack, { what: 'query-api to be reached again' })
  })
})

test('no credential was printed', () => {
  expect(findSecrets(system)).toEqual([])
})
