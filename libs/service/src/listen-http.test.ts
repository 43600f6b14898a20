import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { createLogBook, until } from './auth-fixture.ts'
import { createLifecycle } from './lifecycle.ts'
import { listenHttp } from './listen-http.ts'
import type { ListenOptions } from './listen-http.ts'

async function listen(app: RequestListener, options: Partial<ListenOptions> = {}) {
  const life = createLifecycle(createLogBook().log, { graceMs: 5_000 })
  const { port, url } = await listenHttp(life, 'http', app, { port: 0, host: '127.0.0.1', ...options })
  return { life, port, url, [Symbol.asyncDispose]: () => life.stop('end of test') }
}

/** What a raw connection is answered until it is closed. */
async function sendRaw(port: number, text: string): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => (answer += String(chunk)))
  socket.write(text)
  await once(socket, 'close')
  return answer
}

test('a request in flight is answered while the service stops, and nobody new is let in', async () => {
  const waiting: ServerResponse[] = []
  await using http = await listen((_req, res) => void waiting.push(res))
  const answer = fetch(http.url)
  await until(() => waiting.length === 1)
  const stopped = http.life.stop('test')
  await expect(fetch(http.url)).rejects.toThrow('fetch failed')
  waiting[0]?.end('whole')
  const { headers } = await answer
  expect([await (await answer).text(), headers.get('connection')]).toEqual(['whole', 'close'])
  const startedMs = performance.now()
  await stopped
  // The kept-alive connection would otherwise hold it for 65 s.
  expect(performance.now() - startedMs).toBeLessThan(2_000)
})

test('an answer that does not come to its end is cut when the time to drain is over', async () => {
  await using http = await listen((_req, res) => void res.write('begun'), { drainMs: 50 })
  const answer = await fetch(http.url)
  await http.life.stop('test')
  await expect(answer.text()).rejects.toThrow('terminated')
})

/** The head, and the problem document that has exactly the length that the head tells. */
function problemOf(answer: string): { head: string; problem: unknown } {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  expect(head).toContain('Content-Type: application/problem+json')
  expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`)
  return { head, problem: JSON.parse(body) }
}

test('a client that sends its headers too slowly gets a 408 problem and loses its connection', async () => {
  await using http = await listen((_req, res) => void res.end(), { headersTimeoutMs: 50 })
  const answer = await sendRaw(http.port, 'POST / HTTP/1.1\r\nHost: x\r\nX-Slow: ')
  const { head, problem } = problemOf(answer)
  expect(head).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\nConnection: close/)
  expect(problem).toMatchObject({ status: 408, code: 'request_timeout', request_id: expect.any(String) })
})

test('a client that sends its body too slowly gets a 408 problem and loses its connection', async () => {
  const app: RequestListener = (req, res) => void req.resume().on('end', () => res.end())
  await using http = await listen(app, { headersTimeoutMs: 50, requestTimeoutMs: 100 })
  const text = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nslow'
  const { head, problem } = problemOf(await sendRaw(http.port, text))
  expect(head).toMatch(/^HTTP\/1\.1 408/)
  expect(problem).toMatchObject({ status: 408, code: 'request_timeout' })
})

test.each([
  [
    'headers of 100 kB',
    `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`,
    431,
    'headers_too_large',
  ],
  ['bytes that are no HTTP', 'hello\r\n\r\n', 400, 'bad_request'],
  [
    'two lengths',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    400,
    'bad_request',
  ],
])('%s are answered by a problem document', async (_what, text, status, code) => {
  await using http = await listen((_req, res) => void res.end())
  const answer = await sendRaw(http.port, text)
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*application/problem\\+json`, 's'))
  expect(answer).toContain(`"code":"${code}"`)
})

test('a port that is taken is an error at start', async () => {
  await using http = await listen((_req, res) => void res.end())
  const life = createLifecycle(createLogBook().log, { graceMs: 5_000 })
  const second = listenHttp(life, 'http', () => {}, { port: http.port, host: '127.0.0.1' })
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
