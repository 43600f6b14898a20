import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import { Problem } from '@logboom/contracts'
import express from 'express'
import type { Express } from 'express'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { buildApp, createLogBook, serve, until } from './auth-fixture.ts'

function routes(app: Express): void {
  app.get('/ok/:id', (_req, res) => void res.json({ ok: true }))
  app.get('/problem', () => {
    throw new Problem('payload_too_large', 'at most 3', {
      headers: { 'X-Limit': '3' },
      members: { limit: 3, code: 'not mine', status: 200 },
      cause: new Error('hush'),
    })
  })
  app.get('/busy', () => {
    throw new Problem('overloaded')
  })
  app.get('/zod', () => z.object({ logs: z.array(z.string()) }).parse({ logs: [1] }))
  app.get('/bug', async () => {
    throw Object.assign(new Error('relation "hush" does not exist'), { status: 400, body: 'hush' })
  })
  app.get('/text', () => Promise.reject('hush'))
  app.get('/half', (_req, res) => {
    res.write('the first half')
    throw new Error('broke in the middle')
  })
  app.post('/json', express.json({ limit: 1000 }), (req, res) => void res.json(req.body))
}

async function problemOf(answer: Response): Promise<Record<string, unknown>> {
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const body: unknown = await answer.json()
  return z.record(z.string(), z.unknown()).parse(body)
}

async function ask(path: string, init: RequestInit & { duplex?: 'half' } = {}) {
  const book = createLogBook('info')
  await using api = await serve(buildApp(book.log, routes))
  const answer = await fetch(api.url + path, init)
  return { answer, problem: await problemOf(answer), book }
}

test('a problem is answered with its status, headers and members, which cannot override the standard ones', async () => {
  const { answer, problem, book } = await ask('/problem', { headers: { 'X-Request-Id': 'mine-1' } })
  expect([answer.status, answer.headers.get('x-limit'), answer.headers.get('x-request-id')]).toEqual([
    413,
    '3',
    'mine-1',
  ])
  expect(problem).toEqual({
    type: 'urn:logboom:problem:payload_too_large',
    title: 'The body is too large',
    status: 413,
    detail: 'at most 3',
    code: 'payload_too_large',
    request_id: 'mine-1',
    limit: 3,
  })
  expect(book.text()).toBe('')
})

test('an unknown error is a bare 500, logged once with the id that the client sees, and leaks nothing', async () => {
  const { answer, problem, book } = await ask('/bug')
  expect([answer.status, problem['code']]).toEqual([500, 'internal_error'])
  expect(JSON.stringify(problem)).not.toContain('hush')
  expect(book.lines()).toMatchObject([
    {
      level: 'error',
      msg: 'request failed',
      requestId: problem['request_id'],
      route: '/bug',
      err: { message: expect.stringContaining('relation') },
    },
  ])
  expect(book.lines()[0]?.['err']).not.toHaveProperty('body')
})

test('what is thrown without being an error is a bare 500 too', async () => {
  const { answer, problem } = await ask('/text')
  expect([answer.status, JSON.stringify(problem).includes('hush')]).toEqual([500, false])
})

test('overload says when to come back, also where the route forgot to', async () => {
  const { answer } = await ask('/busy')
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
})

test('a body of the wrong shape names the fields', async () => {
  const { answer, problem } = await ask('/zod')
  expect(answer.status).toBe(422)
  expect(problem).toMatchObject({
    code: 'invalid_body',
    errors: [{ path: 'logs.0', message: expect.stringContaining('string') }],
  })
})

const json = { 'Content-Type': 'application/json' }

test.each<[string, string, RequestInit & { duplex?: 'half' }, number, string]>([
  ['malformed JSON', '/json', { method: 'POST', headers: json, body: '{"hush":' }, 400, 'malformed_json'],
  [
    'a body over the limit',
    '/json',
    { method: 'POST', headers: json, body: JSON.stringify('x'.repeat(2000)) },
    413,
    'payload_too_large',
  ],
  [
    'a bomb',
    '/json',
    {
      method: 'POST',
      headers: { ...json, 'Content-Encoding': 'gzip' },
      body: Readable.toWeb(Readable.from(['"', 'x'.repeat(1e6), '"']).pipe(createGzip())),
      duplex: 'half',
    },
    413,
    'payload_too_large',
  ],
  [
    'an unknown encoding',
    '/json',
    { method: 'POST', headers: { ...json, 'Content-Encoding': 'lzma' }, body: '{}' },
    415,
    'unsupported_encoding',
  ],
  [
    'an unknown charset',
    '/json',
    { method: 'POST', headers: { 'Content-Type': 'application/json; charset=hush' }, body: '{}' },
    415,
    'unsupported_media_type',
  ],
  [
    'bytes that are no gzip',
    '/json',
    { method: 'POST', headers: { ...json, 'Content-Encoding': 'gzip' }, body: 'hush hush' },
    400,
    'corrupt_encoding',
  ],
  ['half a percent sign', '/ok/%', {}, 400, 'bad_request'],
  ['an unknown path', '/nowhere', {}, 404, 'not_found'],
  [
    'another method of a known path',
    '/api/v1/agents/a1/logs',
    { method: 'DELETE' },
    405,
    'method_not_allowed',
  ],
  ["a peer's route where there is no peer", '/api/v1/agents/a1/logs', { method: 'POST' }, 404, 'not_found'],
])(
  '%s is answered by its problem, with nothing of the body, and without a line in the log',
  async (_what, path, init, status, code) => {
    const { answer, problem, book } = await ask(path, init)
    expect([answer.status, problem['status'], problem['code']]).toEqual([status, status, code])
    expect(JSON.stringify(problem)).not.toMatch(/hush|Unexpected/)
    expect(book.text()).toBe('')
  },
)

test('405 names the methods that the path takes', async () => {
  const { answer } = await ask('/API/v1/agents/a1/logs/', { method: 'PATCH' })
  expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'HEAD', 'POST'])
})

test('an error in the middle of an answer cuts the connection, so that half is not taken for the whole', async () => {
  const book = createLogBook('info')
  await using api = await serve(buildApp(book.log, routes))
  await expect(fetch(`${api.url}/half`).then((answer) => answer.text())).rejects.toThrow(
    /fetch failed|terminated/,
  )
  expect(book.lines()).toMatchObject([{ msg: 'request failed', err: { message: 'broke in the middle' } }])
})

test('a client that goes away is not an error', async () => {
  const book = createLogBook()
  await using api = await serve(buildApp(book.log, routes))
  const abort = new AbortController()
  const body = Readable.toWeb(Readable.from(slowly(abort)))
  const options = { method: 'POST', headers: json, body, duplex: 'half' as const, signal: abort.signal }
  await expect(fetch(`${api.url}/json`, options)).rejects.toThrow('aborted')
  await until(() => book.text().includes('client went away'))
  await until(() => book.text().includes('"status":499'))
  expect(book.lines().filter(({ level }) => level !== 'debug')).toEqual([])
})

async function* slowly(abort: AbortController): AsyncGenerator<string> {
  yield '{"a":'
  await wait(20)
  abort.abort()
}

test.each(['a b', 'x'.repeat(65), '"', 'é'.repeat(3), ''])(
  'the request id %j is replaced by one of our own',
  async (given) => {
    await using api = await serve(buildApp(createLogBook().log, routes))
    const answer = await fetch(`${api.url}/ok/1`, {
      headers: { 'X-Request-Id': encodeURI(given) === given ? given : Buffer.from(given).toString('latin1') },
    })
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  },
)

test('every answer carries the safe headers and none that tells what we are made of', async () => {
  await using api = await serve(buildApp(createLogBook().log, routes))
  const { headers } = await fetch(`${api.url}/ok/1`)
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(headers.has('x-powered-by')).toBe(false)
  expect(headers.has('etag')).toBe(false)
})

test('requests are measured by route pattern; paths that nobody knows share one label', async () => {
  const registry = new Registry()
  await using api = await serve(buildApp(createLogBook().log, routes, registry))
  for (const path of ['/ok/1', '/ok/2', '/a', '/b', '/problem']) await (await fetch(api.url + path)).text()
  const text = await registry.metrics()
  expect(text).toContain(
    'logboom_http_request_seconds_count{service="test",method="GET",route="/ok/:id",status="200"} 2',
  )
  expect(text).toContain(
    'logboom_http_request_seconds_count{service="test",method="GET",route="unmatched",status="404"} 2',
  )
  expect(text).toContain('route="/problem",status="413"')
})

test('two APIs of one process may share a registry', () => {
  const registry = new Registry()
  const { log } = createLogBook()
  expect(() => [buildApp(log, routes, registry), buildApp(log, routes, registry)]).not.toThrow()
})
