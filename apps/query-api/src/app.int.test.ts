import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
const peer = createServer((req, res) => {
  res
    .writeHead(201, { 'Content-Type': 'application/json' })
    .end(JSON.stringify({ peer: `${req.method} ${req.url}` }))
})

beforeAll(async () => {
  peer.listen(0, '127.0.0.1')
  await once(peer, 'listening')
  const { port } = peer.address() as AddressInfo // it listens on TCP
  api = await openQueryApi({
    PEER_URL: `http://127.0.0.1:${port}`,
    CORS_ORIGINS: 'https://logs.example, http://localhost:8080',
  })
})
afterAll(async () => {
  await api.close()
  peer.close()
})

test("ingest-api's routes are passed on, with the same path and query", async () => {
  const { status, body } = await api.call('POST', '/api/v1/agents?x=1', null)
  expect([status, body]).toEqual([201, { peer: 'POST /api/v1/agents?x=1' }])
  expect((await api.call('GET', '/api/v1/agents', null)).status).toBe(401)
})

test('pages of the listed origins may read, others may not', async () => {
  const ask = (origin: string, method = 'GET') =>
    fetch(`${api.url}/api/v1/whoami`, {
      method,
      headers: { Origin: origin, 'Access-Control-Request-Method': 'GET' },
    })
  const preflight = await ask('https://logs.example', 'OPTIONS')
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization')
  const answer = await ask('http://localhost:8080')
  expect(answer.headers.get('access-control-allow-origin')).toBe('http://localhost:8080')
  expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
  expect(answer.headers.get('vary')).toContain('Origin')
  for (const stranger of ['https://evil.example', 'null', 'https://logs.example.evil']) {
    expect((await ask(stranger)).headers.get('access-control-allow-origin')).toBeNull()
    expect((await ask(stranger, 'OPTIONS')).status).toBe(405)
  }
})

test('a database that is away is a 503, and an unknown credential no 401', async () => {
  const { hostname, port } = new URL(String(api.pool.options.connectionString))
  const sockets = new Set<Socket>()
  const way = createTcpServer((socket) => {
    const onwards = connect(Number(port), hostname)
    for (const end of [socket, onwards]) sockets.add(end.on('error', () => end.destroy()))
    socket.pipe(onwards).pipe(socket)
  })
  way.listen(0, '127.0.0.1')
  await once(way, 'listening')
  const other = await openQueryApi({}, (url) => {
    url.port = String((way.address() as AddressInfo).port) // it listens on TCP
  })
  expect((await other.get('/api/v1/agents')).status).toBe(200)
  way.close()
  for (const socket of sockets) socket.destroy()
  const known = await other.get('/api/v1/agents')
  expect([known.status, known.body['code'], known.headers.get('retry-after')]).toEqual([
    503,
    'unavailable',
    '5',
  ])
  const unknown = await other.get('/api/v1/agents', `logboom_${'A'.repeat(8)}_${'B'.repeat(32)}`)
  expect([unknown.status, unknown.body['code']]).toEqual([503, 'unavailable'])
  expect((await other.get('/api/v1/whoami')).status).toBe(200)
  await other.close()
})
