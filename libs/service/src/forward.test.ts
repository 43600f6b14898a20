import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, RequestListener } from 'node:http'
import { createServer } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { buildApp, createLogBook, portOf, serve, until } from './auth-fixture.ts'
import { forwardTo } from './forward.ts'
import type { ForwardOptions } from './forward.ts'

const logsPath = '/api/v1/agents/a1/logs'

/** A query-api that passes on what belongs to the ingest-api at `peerUrl`. */
async function startForwarder(peerUrl: string | undefined, options: Partial<ForwardOptions> = {}) {
  const book = createLogBook('info')
  const api = await serve(
    buildApp(book.log, (app) => {
      app.use(forwardTo({ peerUrl, self: 'query-api', ...options }))
      app.get('/api/v1/agents/:agent_id/logs', (_req, res) => void res.send('own'))
    }),
  )
  return { ...api, book }
}

test("the peer's routes reach the peer with method, path, query, headers and body, and its answer comes back", async () => {
  let seen:
    | { url?: string | undefined; method?: string | undefined; headers: IncomingHttpHeaders; body: string }
    | undefined
  await using peer = await serve((req, res) => {
    void text(req).then((body) => {
      seen = { url: req.url, method: req.method, headers: req.headers, body }
      const hop = { Connection: 'keep-alive, X-Hop', 'X-Hop': '1' }
      res.writeHead(201, { 'X-Peer': 'yes', 'Set-Cookie': ['a=1', 'b=2'], ...hop })
      res.end('{"received":1}')
    })
  })
  await using api = await startForwarder(peer.url)
  const answer = await fetch(`${api.url}${logsPath}?a=%20b`, {
    method: 'POST',
    headers: {
      'X-Request-Id': 'r1',
      Authorization: 'Bearer x',
      'X-Forwarded-For': '192.0.2.9',
      'Content-Type': 'text/x',
    },
    body: 'the body',
  })
  expect([answer.status, await answer.text()]).toEqual([201, '{"received":1}'])
  expect(answer.headers.get('x-peer')).toBe('yes')
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(answer.headers.has('x-hop')).toBe(false)
  expect(seen).toMatchObject({ url: `${logsPath}?a=%20b`, method: 'POST', body: 'the body' })
  expect(seen?.headers).toMatchObject({
    'x-request-id': 'r1',
    authorization: 'Bearer x',
    'content-type': 'text/x',
    'x-forwarded-for': '192.0.2.9, 127.0.0.1',
    'x-forwarded-host': new URL(api.url).host,
    host: new URL(peer.url).host,
  })
})

test('its own routes and unknown paths stay here', async () => {
  await using peer = await serve((_req, res) => void res.end('peer'))
  await using api = await startForwarder(peer.url)
  expect(await (await fetch(api.url + logsPath)).text()).toBe('own')
  expect((await fetch(`${api.url}/nowhere`, { method: 'POST' })).status).toBe(404)
})

test("ingest-api passes on the explorer's pages and files, query-api keeps them, and both keep what is below /api/", async () => {
  await using peer = await serve((req, res) => void res.end(`peer ${req.url}`))
  await using ingest = await startForwarder(peer.url, { self: 'ingest-api' })
  await using query = await startForwarder(peer.url)
  const statusOf = async (url: string) => (await fetch(url)).status
  for (const path of ['/', '/search?q=x', '/assets/app-Bx1.js']) {
    expect(await (await fetch(ingest.url + path)).text()).toBe(`peer ${path}`)
    expect(await statusOf(query.url + path)).toBe(404)
  }
  expect(await statusOf(`${ingest.url}/api/v1/nothing`)).toBe(404)
  expect((await fetch(ingest.url, { method: 'POST' })).status).toBe(404)
})

test("without a peer, the peer's routes are a 404", async () => {
  await using api = await startForwarder(undefined)
  expect((await fetch(api.url + logsPath, { method: 'POST' })).status).toBe(404)
})

test('a request that was forwarded once is not forwarded again', async () => {
  let peerUrl = ''
  const book = createLogBook()
  await using peer = await serve(
    (req, res) =>
      void buildApp(book.log, (app) => app.use(forwardTo({ peerUrl, self: 'query-api' })))(req, res),
  )
  await using api = await startForwarder(peer.url)
  peerUrl = api.url
  const answer = await fetch(api.url + logsPath, { method: 'POST', body: 'x' })
  expect([answer.status, (await answer.text()).includes('forward to each other')]).toEqual([502, true])
})

test('bodies stream both ways: the answer begins before the request has ended', async () => {
  await using peer = await serve((req, res) => void req.pipe(res))
  await using api = await startForwarder(peer.url)
  const req = request(api.url + logsPath, { method: 'POST' })
  req.write('one')
  const [answer] = await responseOf(req)
  expect(String((await once(answer, 'data'))[0])).toBe('one')
  req.end('two')
  expect(await text(answer)).toBe('two')
})

async function responseOf(req: ReturnType<typeof request>): Promise<[IncomingMessage]> {
  const { promise, resolve, reject } = Promise.withResolvers<[IncomingMessage]>()
  req.on('response', (answer) => resolve([answer]))
  req.on('error', reject)
  return promise
}

test('a slow reader slows the peer down instead of filling our memory', async () => {
  let sent = 0
  const chunk = Buffer.alloc(65_536)
  await using peer = await serve(
    (_req, res) => void Readable.from(endless(chunk, (bytes) => (sent += bytes))).pipe(res),
  )
  await using api = await startForwarder(peer.url)
  const req = request(api.url + logsPath, { method: 'POST' }).end()
  const [answer] = await responseOf(req)
  await once(answer, 'readable')
  let before = -1
  await until(() => {
    const still = before === sent
    before = sent
    return still && sent > 0
  })
  // What fits into the sockets and streams of two hops; an unbounded relay would read on for ever.
  expect(sent).toBeLessThan(64 * 1024 * 1024)
  req.on('error', () => {})
  req.destroy()
})

async function* endless(chunk: Buffer, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  while (true) {
    count(chunk.length)
    yield chunk
  }
}

test('a client that goes away takes its request to the peer with it', async () => {
  let peerClosed = false
  await using peer = await serve((req, res) => {
    res.on('close', () => (peerClosed = true))
    req.resume()
    res.write('begun')
  })
  await using api = await startForwarder(peer.url)
  const abort = new AbortController()
  await fetch(api.url + logsPath, { method: 'POST', signal: abort.signal })
  abort.abort()
  await until(() => peerClosed)
  expect(api.book.text()).toBe('')
})

test('a client that goes away before there is an answer takes its request with it too', async () => {
  let reached = false
  let peerClosed = false
  await using peer = await serve((req, res) => {
    reached = true
    res.on('close', () => (peerClosed = true))
    req.resume()
  })
  await using api = await startForwarder(peer.url)
  const abort = new AbortController()
  const answer = fetch(api.url + logsPath, { method: 'POST', signal: abort.signal })
  await until(() => reached)
  abort.abort()
  await expect(answer).rejects.toThrow('aborted')
  await until(() => peerClosed)
})

test('a peer that breaks off in the middle does not leave half an answer that looks whole', async () => {
  await using peer = await serve((req, res) => {
    req.resume()
    res.write('half', () => res.destroy())
  })
  await using api = await startForwarder(peer.url)
  const whole = fetch(api.url + logsPath, { method: 'POST' }).then((answer) => answer.text())
  await expect(whole).rejects.toThrow(/fetch failed|terminated/)
})

async function problemFrom(url: string) {
  const startedMs = performance.now()
  const answer = await fetch(url + logsPath, { method: 'POST', body: 'x'.repeat(100_000) })
  const body = await answer.text()
  return {
    status: answer.status,
    retry: answer.headers.get('retry-after'),
    body,
    tookMs: performance.now() - startedMs,
  }
}

test('a peer that is away is a 502 at once that says when to come back and not where the peer is', async () => {
  const peer = await serve(() => {})
  const port = portOf(peer.server)
  await peer[Symbol.asyncDispose]()
  await using api = await startForwarder(`http://127.0.0.1:${port}`)
  const { status, retry, body, tookMs } = await problemFrom(api.url)
  expect([status, retry, JSON.parse(body).code]).toEqual([502, '2', 'peer_unavailable'])
  expect(body).not.toContain(String(port))
  expect(tookMs).toBeLessThan(2_000)
})

test('a peer that takes connections and never answers is a 502 after its time', async () => {
  const frozen = createServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1')
  await once(frozen, 'listening')
  const address = frozen.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  await using api = await startForwarder(`http://127.0.0.1:${address.port}`, { answerMs: 50 })
  const answer = await fetch(api.url + logsPath, { method: 'POST', body: 'x' })
  expect(answer.status).toBe(502)
  frozen.close()
})

test('a peer that cannot be connected to in time is a 502', async () => {
  // TLS to a port that never says a word: the connection is made, the handshake is not.
  const silent = createServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const address = silent.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  await using api = await startForwarder(`https://127.0.0.1:${address.port}`, { connectMs: 50 })
  expect((await fetch(api.url + logsPath, { method: 'POST', body: 'x' })).status).toBe(502)
  silent.close()
})

test('an early answer of the peer, such as a 413, reaches the client that is still sending', async () => {
  const refuse: RequestListener = (_req, res) => void res.writeHead(413).end('too large')
  await using peer = await serve(refuse)
  await using api = await startForwarder(peer.url)
  const req = request(api.url + logsPath, { method: 'POST' })
  req.on('error', () => {})
  req.write('x'.repeat(1000))
  const [answer] = await responseOf(req)
  expect([answer.statusCode, await text(answer)]).toEqual([413, 'too large'])
  req.destroy()
})

test('an answer that began before the request had ended may take its time after it', async () => {
  await using peer = await serve((req, res) => {
    res.write('begun')
    // Longer than a peer may take for its first byte.
    req.resume().on('end', () => setTimeout(() => res.end(' and done'), 100))
  })
  await using api = await startForwarder(peer.url, { answerMs: 30 })
  const req = request(api.url + logsPath, { method: 'POST' })
  req.write('x')
  const [answer] = await responseOf(req)
  req.end()
  expect(await text(answer)).toBe('begun and done')
})
