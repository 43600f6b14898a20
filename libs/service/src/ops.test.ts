import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { networkInterfaces } from 'node:os'
import { Counter, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createClock, createLogBook } from './auth-fixture.ts'
import { createLifecycle } from './lifecycle.ts'
import { cachedReadiness, serveOps } from './ops.ts'
import type { OpsOptions } from './ops.ts'

async function startOps(options: Partial<OpsOptions> = {}, host = '127.0.0.1') {
  const life = createLifecycle(createLogBook().log, { graceMs: 5_000 })
  const registry = new Registry()
  new Counter({ name: 'logboom_things_total', help: 'things', registers: [registry] }).inc(3)
  const ready = () => ({ ready: true, checks: {} })
  const { port } = await serveOps(life, { registry, ready, ...options }, { port: 0, host })
  const url = `http://${host}:${port}`
  const get = async (path: string) => {
    const answer = await fetch(`${url}${path}`)
    return [answer.status, await answer.text()] as const
  }
  return { life, url, get, [Symbol.asyncDispose]: () => life.stop('end of test') }
}

const refuse = () => Promise.reject(Object.assign(new Error('at 10.0.0.1'), { code: 'ECONNREFUSED' }))

test('livez looks at nothing external; metrics are those of the registry', async () => {
  await using ops = await startOps({ ready: cachedReadiness({ database: refuse }) })
  expect(await ops.get('/livez')).toEqual([200, 'ok\n'])
  expect((await ops.get('/metrics'))[1]).toContain('logboom_things_total 3')
  expect((await ops.get('/elsewhere'))[0]).toBe(404)
})

test('livez fails when the process says that it makes no progress', async () => {
  await using ops = await startOps({ live: () => false })
  expect((await ops.get('/livez'))[0]).toBe(503)
})

test('a page for debugging is shown to this machine alone, by a name that leads to it everywhere', async () => {
  const debug = { '/debug/things': (accept: string) => ({ type: 'text/plain', body: `for ${accept}` }) }
  await using ops = await startOps({ debug })
  expect(await ops.get('/debug/things')).toEqual([200, 'for */*'])
  const statusFor = async (host: string) => {
    const asked = request(`${ops.url}/debug/things`, { headers: { host } }).end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage] // Node's
    answer.resume()
    return answer.statusCode
  }
  expect(await statusFor('localhost:9464')).toBe(200)
  expect(await statusFor('[::1]:9464')).toBe(200)
  expect(await statusFor('evil.example:9464')).toBe(403)
})

test('a page for debugging is refused to other machines, whatever they call this one', async () => {
  const [address] = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
  const debug = { '/debug/things': () => ({ type: 'text/plain', body: 'things' }) }
  await using ops = await startOps({ debug }, address?.address ?? '127.0.0.2')
  const status = address ? 403 : 200 // a machine without a network is alone
  expect((await ops.get('/debug/things'))[0]).toBe(status)
  expect((await ops.get('/livez'))[0]).toBe(200)
})

test('readyz names what is not ready, without addresses', async () => {
  await using ops = await startOps({
    ready: cachedReadiness({ database: refuse, redis: async () => 'PONG' }),
  })
  const [status, text] = await ops.get('/readyz')
  expect([status, JSON.parse(text)]).toEqual([
    503,
    { ready: false, checks: { database: 'ECONNREFUSED', redis: 'ok' } },
  ])
})

test('readyz is 503 while the process still drains', async () => {
  await using ops = await startOps()
  expect((await ops.get('/readyz'))[0]).toBe(200)
  const drained = Promise.withResolvers<void>()
  ops.life.onClose('http', () => drained.promise)
  const stopped = ops.life.stop('test')
  const answer = await ops.get('/readyz')
  drained.resolve()
  await stopped
  expect(answer).toEqual([503, '{"ready":false,"checks":{"process":"stopping"}}\n'])
})

test('a readiness that throws is not ready, and kills nothing', async () => {
  await using ops = await startOps({ ready: () => Promise.reject(new Error('hush')) })
  const [status, text] = await ops.get('/readyz')
  expect([status, text.includes('hush')]).toEqual([503, false])
})

test('a check that hangs is not ready after its time', async () => {
  const ready = cachedReadiness({ redis: () => new Promise(() => {}) }, { timeoutMs: 20 })
  expect(await ready()).toEqual({ ready: false, checks: { redis: 'DeadlineError' } })
})

test('checks run at most once a second, however many ask', async () => {
  const clock = createClock()
  let runs = 0
  const ready = cachedReadiness({ redis: async () => (runs += 1) }, { now: clock.now })
  await Promise.all([ready(), ready(), ready()])
  clock.pass(999)
  await ready()
  expect(runs).toBe(1)
  clock.pass(1)
  await ready()
  expect(runs).toBe(2)
})
