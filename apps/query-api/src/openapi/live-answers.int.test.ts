import { apiRoutes } from '@logboom/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openQueryApi } from '../query-fixture.ts'
import type { TestQueryApi } from '../query-fixture.ts'
import type { OpenApiDocument } from './build-document.ts'

let api: TestQueryApi
let document: OpenApiDocument
const values: Record<string, string> = { name: 'namespace' }
/** Of routes that cannot be asked without. */
const queries: Record<string, string> = {}

beforeAll(async () => {
  api = await openQueryApi()
  const agent = await api.createAgent()
  await api.pool.query(`insert into deployment_objects (id, agent_id) values ($1, $1)`, [agent.id])
  await api.pool.query(`insert into work_orders (id, agent_id) values ($1, $1)`, [agent.id])
  const line = {
    time: { us: api.nowUs, ns: 0 },
    severity: 17,
    attributes: '{"a":1}',
    stream: { deployment_object_id: agent.id, work_order_id: agent.id, labels: { app: 'web' } },
  }
  const gap = { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:01Z' }
  const [, middle] = await api.store(agent.id, [line, line, line], [gap])
  queries['/api/v1/logs/context'] = `?id=${middle}&timestamp=${api.nowUs}`
  await api.pool.query(
    `insert into dead_letters (agent_id, job_id, batch_id, reason, detail, stream, row_text, retention_class, created_at)
     values ($1, 'j', 'b', 'r', 'd', 'null', 'x', 1, now())`,
    [agent.id],
  )
  await api.pool.query(
    `insert into retention_receipts (number, kind, subject, rows, previous_hash, hash, kid, signature)
     values (1, 'agent_deleted', 'x', 5, 'a', 'b', 'k', 's')`,
  )
  await api.pool.query(
    `insert into saved_searches (id, owner, name, query, shared) values ($1, 'oidc:someone', 's', 'q=x', true)`,
    [agent.id],
  )
  Object.assign(values, { agent_id: agent.id, id: agent.id })
  const { text } = await api.get('/openapi.json', null)
  document = JSON.parse(text)
})
afterAll(() => api.close())

/** The schema that the document promises for an answer, as a validator. */
function schemaOf(path: string, method: string, status: number, type: string): z.ZodType {
  const { schemas } = document.components
  const Responses = z.record(
    z.string(),
    z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })) }),
  )
  const { schema } =
    Responses.parse(document.paths[path]?.[method]?.['responses'])[status]?.content[type] ?? {}
  const whole = JSON.stringify({ allOf: [schema], $defs: schemas })
  return z.fromJSONSchema(JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/')))
}

/** Where nothing was made for the list to show. */
const emptyLists: Record<string, number> = {
  '/.well-known/jwks.json': 1,
  '/api/v1/retention': 1,
  '/api/v1/retention/preview': 3,
  '/api/v1/retention/receipt-keys': 1,
}

const own = apiRoutes.filter(
  ({ owner, path }) =>
    owner === 'query-api' && path !== '/docs' && !/\/(stream|export)$/.test(path) && path !== '/ws/logs',
)

test.each(own.map(({ method, path }) => [method, path] as const))(
  '%s %s answers what the document says',
  async (method, path) => {
    const url = path.replace(/:(\w+)/g, (_, name: string) => values[name] ?? '')
    const { status, body } = await api.call(method, url + (queries[path] ?? ''), api.admin)
    expect(status).toBe(200)
    const schema = schemaOf(path.replace(/:(\w+)/g, '{$1}'), method.toLowerCase(), 200, 'application/json')
    expect(schema.safeParse(body).error).toBeUndefined()
    // An empty list would show nothing; there are no keys before ingest-api has made one.
    const empty = Object.values(body).filter((value) => Array.isArray(value) && value.length === 0)
    expect(empty.length).toBe(emptyLists[path] ?? 0)
  },
)

test('a problem is what the document says', async () => {
  const { body } = await api.get('/api/v1/logs?limit=0')
  const schema = schemaOf('/api/v1/logs', 'get', 400, 'application/problem+json')
  expect(schema.safeParse(body).error).toBeUndefined()
  expect(schema.safeParse({}).success).toBe(false)
})

test('the page comes with a policy that allows nothing else', async () => {
  const { status, text, headers } = await api.get('/docs', null)
  expect(status).toBe(200)
  expect(headers.get('content-type')).toContain('text/html')
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'/)
  expect(text).toContain('/api/v1/agents/{agent_id}/logs')
})
