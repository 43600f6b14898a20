import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import zlib from 'node:zlib'
import { parsePak } from '@logboom/service'
import { until } from '@logboom/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { freshEntry, makePak, openIngest, signingSecret } from './push-fixture.ts'
import type { Answer, PushCall, TestIngest } from './push-fixture.ts'

let ingest: TestIngest
const used: string[] = []

beforeAll(async () => {
  ingest = await openIngest({ env: { MAX_BODY_BYTES: '4000000' } })
  used.push(ingest.agent.pak)
})

afterAll(async () => {
  await ingest.close()
})

afterEach(() => ingest.checkSums())

/** Every refusal is a problem document that tells nothing of our insides. */
async function refusal(body: unknown, call: PushCall = {}): Promise<Answer> {
  if (call.as) used.push(call.as)
  const answer = await ingest.push(body, call)
  expect(answer.headers.get('content-type')).toMatch('application/problem+json')
  expect(answer.body).toMatchObject({
    status: answer.status,
    code: expect.stringMatching(/^[a-z_]+$/),
    type: expect.any(String),
    title: expect.any(String),
    detail: expect.any(String),
    request_id: answer.headers.get('x-request-id'),
  })
  expect(answer.text).not.toMatch(/node_modules|\.ts\b|at \w+ \(|postgres|redis|logboom_\w{8}_/i)
  return answer
}

const codeOf = async (...args: Parameters<typeof refusal>) => {
  const { status, body } = await refusal(...args)
  return [status, body['code']]
}

const good = () => ({ logs: [freshEntry()] })

describe('a body', () => {
  test.each(['', '{"logs":[', 'secret', '{"logs":[]} trailing'])('%j is malformed JSON', async (body) => {
    const { status, text, body: problem } = await refusal(body)
    expect([status, problem['code']]).toEqual([400, 'malformed_json'])
    expect(text).not.toContain('secret')
  })

  test.each(['null', '[]', '{"logs":"x"}', '{}', '{"logs":[],"sent_at":"x"}', '{"logs":[],"batch_id":7}'])(
    '%s has the wrong shape',
    async (body) => expect(await codeOf(body)).toEqual([422, 'invalid_body']),
  )

  test('names the fields that are wrong', async () => {
    const { body } = await refusal({ logs: {}, batch_id: 7 })
    expect(body['errors']).toMatchObject([{ path: 'logs' }, { path: 'batch_id' }])
  })

  test('with too many entries is 413 with the limit, JSON or lines', async () => {
    const entries = Array.from({ length: 1_001 }, () => 1)
    const answers = [
      await refusal({ logs: entries }),
      await refusal(entries.join('\n'), { headers: { 'Content-Type': 'application/x-ndjson' } }),
    ]
    for (const { status, body } of answers)
      expect([status, body['code'], body['limit']]).toEqual([413, 'too_many_entries', 1_000])
  })

  test('has the limits of its agent where that has its own', async () => {
    const { id, pak } = await ingest.createAgent({ max_entries_per_request: 2, max_body_bytes: 5_000 })
    const call = { as: pak, agentId: id }
    expect((await refusal({ logs: [1, 2, 3] }, call)).body['limit']).toBe(2)
    expect((await refusal({ logs: ['x'.repeat(6_000)] }, call)).body['limit']).toBe(5_000)
    expect((await ingest.push({ logs: [freshEntry(), freshEntry()] }, call)).status).toBe(201)
  })

  test('that is too large is 413, whether it says so or not', async () => {
    const { status, body } = await refusal({ logs: ['x'.repeat(5_000_000)] })
    expect([status, body['code'], body['limit']]).toEqual([413, 'payload_too_large', 4_000_000])
    expect(await pushChunks(Array.from({ length: 100 }, () => Buffer.alloc(100_000, 0x20)))).toMatch(
      /^413 .*payload_too_large/,
    )
  })

  test('in an unknown encoding or of an unknown type is 415 and says what is known', async () => {
    const encoding = await refusal(good(), { headers: { 'Content-Encoding': 'compress' } })
    expect([encoding.status, encoding.body['code']]).toEqual([415, 'unsupported_encoding'])
    expect(encoding.headers.get('accept-encoding')).toContain('zstd')
    const type = await refusal(good(), { headers: { 'Content-Type': 'text/plain' } })
    expect([type.status, type.body['code']]).toEqual([415, 'unsupported_media_type'])
  })

  test.each(['gzip', 'deflate', 'br', 'zstd'])(
    'that is not %s though it says so is 400',
    async (encoding) => {
      const headers = { 'Content-Encoding': encoding }
      expect(await codeOf('plain text', { headers })).toEqual([400, 'corrupt_encoding'])
      expect(await codeOf(zlib.gzipSync('x').subarray(0, 12), { headers })).toEqual([400, 'corrupt_encoding'])
    },
  )
})

/** The answer to a chunked body, as status and text. */
async function pushChunks(chunks: Buffer[]): Promise<string> {
  const { id, pak } = ingest.agent
  const headers = { Authorization: `Bearer ${pak}`, 'Content-Type': 'application/json' }
  const sending = request(`${ingest.url}/api/v1/agents/${id}/logs`, { method: 'POST', headers })
  const answered = once(sending, 'response')
  for (const chunk of chunks) sending.write(chunk)
  sending.end()
  const [answer] = await answered
  const text: Buffer[] = await answer.toArray()
  return `${answer.statusCode} ${Buffer.concat(text).toString()}`
}

describe('a bomb', () => {
  const bytes = Buffer.alloc(200_000_000, 0x20)
  const quality = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }
  const bombs: [string, () => Buffer][] = [
    ['gzip', () => zlib.gzipSync(bytes, { level: 1 })],
    ['zstd', () => zlib.zstdCompressSync(bytes)],
    ['br', () => zlib.brotliCompressSync(bytes, quality)],
  ]

  test.each(bombs)('of %s is 413, in no time and no memory, ten at once', async (encoding, make) => {
    const bomb = make()
    const startMs = performance.now()
    const before = process.memoryUsage()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => codeOf(bomb, { headers: { 'Content-Encoding': encoding } })),
    )
    expect(answers).toEqual(answers.map(() => [413, 'payload_too_large']))
    expect(performance.now() - startMs).toBeLessThan(2_000)
    expect(process.memoryUsage().rss - before.rss).toBeLessThan(150_000_000)
  })

  test('of JSON, 180 kB that would parse to hundreds of MB, is 413', async () => {
    const dense = zlib.gzipSync(`{"logs":[{"attributes":{"a":[${'{},'.repeat(1_300_000)}1]}}]}`)
    const answer = await codeOf(dense, { headers: { 'Content-Encoding': 'gzip' } })
    expect(answer).toEqual([413, 'payload_too_large'])
  })
})

describe('an upload that ends before it is complete', () => {
  test.each(['Content-Length: 1000', 'Transfer-Encoding: chunked'])('(%s) harms nobody', async (framing) => {
    const { id, pak } = ingest.agent
    const { port } = new URL(ingest.url)
    const socket = connect(Number(port), '127.0.0.1')
    const head = [`POST /api/v1/agents/${id}/logs HTTP/1.1`, 'Host: x', `Authorization: Bearer ${pak}`]
    socket.write([...head, 'Content-Type: application/json', framing, '', ''].join('\r\n'))
    socket.write(framing.startsWith('T') ? '5\r\n{"log' : '{"logs":[')
    await once(socket, 'connect')
    socket.resetAndDestroy()
    await until(async () => (await ingest.push(good())).status === 201, { what: 'the next push' })
    expect(ingest.logged()).not.toContain('request failed')
  })
})

describe('who may push', () => {
  test('is the agent itself: another, an unknown one, a reader, an admin get 403', async () => {
    const other = await ingest.createAgent()
    const forbidden: PushCall[] = [
      { as: other.pak },
      { agentId: other.id },
      { agentId: crypto.randomUUID() },
      { agentId: 'no-uuid' },
      { as: await makePak(ingest.db, { kind: 'reader' }) },
      { as: await makePak(ingest.db, { kind: 'admin' }) },
    ]
    for (const call of forbidden) expect(await codeOf(good(), call)).toEqual([403, 'forbidden'])
    expect((await ingest.push(good(), { agentId: ingest.agent.id.toUpperCase() })).status).toBe(201)
  })

  test('must have a credential that is known, live and not expired', async () => {
    const agentId = ingest.agent.id
    const expired = await makePak(ingest.db, {
      kind: 'agent',
      agentId,
      expiresAt: new Date(Date.now() - 1_000),
    })
    const revoked = await makePak(ingest.db, { kind: 'agent', agentId })
    await ingest.pool.query('update paks set revoked_at = now() where short = $1', [parsePak(revoked)?.short])
    const unknown = `logboom_${'A'.repeat(8)}_${'B'.repeat(32)}`
    for (const as of [null, unknown, `${ingest.agent.pak}A`, revoked, expired, 'not.a.jwt']) {
      const { status, headers, body } = await refusal(good(), { as })
      expect([as, status]).toEqual([as, 401])
      expect(headers.get('www-authenticate')).toMatch(/^Bearer realm="logboom"/)
      expect(body['code']).toBe(as === expired ? 'token_expired' : 'unauthorized')
    }
  })

  test('may use a token of ours in place of the key, until it is tampered with', async () => {
    const headers = { Authorization: `Bearer ${ingest.agent.pak}` }
    const given = await fetch(`${ingest.url}/api/v1/auth/token`, { method: 'POST', headers })
    const token = z.object({ access_token: z.string() }).parse(await given.json()).access_token
    expect((await ingest.push(good(), { as: token })).status).toBe(201)
    const [head, payload, signature = ''] = token.split('.')
    const flipped = signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))
    expect(await codeOf(good(), { as: [head, payload, flipped].join('.') })).toEqual([401, 'unauthorized'])
  })

  test('is asked before the body is looked at', async () => {
    expect(await codeOf('not JSON', { as: null, headers: { 'Content-Type': 'text/plain' } })).toEqual([
      401,
      'unauthorized',
    ])
  })
})

test('another method on the path is no push', async () => {
  const response = await fetch(`${ingest.url}/api/v1/agents/${ingest.agent.id}/logs`, { method: 'PUT' })
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, GET, HEAD'])
})

test('no credential, secret or body was ever logged', async () => {
  const secrets = [signingSecret, new URL(ingest.redisUrl).password, 'Server started', 'hello', 'plain text']
  const longs = used.flatMap((credential) => parsePak(credential)?.long ?? credential.split('.')[2] ?? [])
  expect(longs.length).toBeGreaterThan(5)
  for (const secret of [...secrets, ...longs].filter((one) => one.length >= 5))
    expect(ingest.logged()).not.toContain(secret)
})
