import { randomBytes } from 'node:crypto'
import { startTestRedis, until } from '@logboom/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { openProxy } from './proxy-fixture.ts'
import { collectJobs, rowsOf } from './collect-jobs-fixture.ts'
import { freshEntry, makePak, openIngest } from './push-fixture.ts'
import type { IngestOptions, TestIngest } from './push-fixture.ts'

const closers: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function open(options?: IngestOptions): Promise<TestIngest> {
  const ingest = await openIngest(options)
  closers.push(() => ingest.close())
  return ingest
}

async function openOverRedis(maxMemory = '64mb') {
  const redis = await startTestRedis({ maxMemory })
  const ingest = await open({ redis: { url: redis.url, close: () => redis.stop() } })
  const pushFresh = () => ingest.push({ logs: [freshEntry()] })
  expect((await pushFresh()).status).toBe(201)
  return { redis, ingest, pushFresh }
}

/** How long `work` took, in ms. */
async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const startMs = performance.now()
  return [await work(), performance.now() - startMs]
}

describe('Redis', () => {
  test('frozen means 503 with Retry-After within 2 s, from the first push on; then all is as before', async () => {
    const { redis, ingest, pushFresh } = await openOverRedis()
    const sent = { logs: [freshEntry()], batch_id: 'through the frost' }
    await redis.kill('SIGSTOP')
    for (let count = 0; count < 3; count += 1) {
      const [{ status, headers, body }, tookMs] = await timed(() => ingest.push(sent))
      expect([status, body['code']]).toEqual([503, 'unavailable'])
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      expect(headers.get('content-type')).toMatch('application/problem+json')
      expect(tookMs).toBeLessThan(2_000)
    }
    await redis.kill('SIGCONT')
    await until(async () => (await pushFresh()).status === 201, { what: 'a push to be taken again' })
    // what Redis was told meanwhile it does now: the batch must not be locked by it
    await until(async () => (await ingest.push(sent)).status === 201, {
      what: 'the repeat, before the lock ends by itself',
    })
    const queue = collectJobs(redis.url)
    closers.push(() => queue.consumer.close())
    expect(rowsOf(await queue.of('through the frost'))).toHaveLength(1)
    await ingest.checkSums()
  })

  test('killed leaves a heartbeat what it is, without a word of what is followed', async () => {
    const { redis, ingest } = await openOverRedis()
    const { id, pak } = ingest.agent
    await redis.kill('SIGKILL')
    const response = await fetch(`${ingest.url}/api/v1/agents/${id}/heartbeat`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${pak}`, 'Content-Type': 'application/json' },
      body: '{"instance":"a","read_until":{"until":"2026-01-01T00:00:00Z","after_batch":0}}',
    })
    expect([response.status, await response.text()]).toEqual([200, '{}'])
    const { rows } = await ingest.pool.query('select read_until_ns from agent_commits where agent_id = $1', [
      id,
    ])
    expect(rows).toEqual([{ read_until_ns: '1767225600000000000' }])
  })

  test('killed means 503; what was answered before is still there afterwards', async () => {
    const { redis, ingest, pushFresh } = await openOverRedis()
    const sent = { logs: [freshEntry()], batch_id: 'before the kill' }
    const first = await ingest.push(sent)
    await redis.kill('SIGKILL')
    const [{ status, headers }, tookMs] = await timed(pushFresh)
    expect([status, headers.has('retry-after')]).toEqual([503, true])
    expect(tookMs).toBeLessThan(2_000)
    await redis.restart()
    await until(async () => (await pushFresh()).status === 201, { what: 'a push to be taken again' })
    expect((await ingest.push(sent)).text).toBe(first.text)
    const queue = collectJobs(redis.url)
    closers.push(() => queue.consumer.close())
    expect(rowsOf(await queue.of('before the kill'))).toHaveLength(1)
    await ingest.checkSums()
  })

  test('that is full enough means 503, never a 4xx, and ends when a writer has drained it', async () => {
    const { redis, ingest, pushFresh } = await openOverRedis('12mb')
    const noise = () => freshEntry({ message: randomBytes(45_000).toString('base64') })
    const refused = await until(
      async () => {
        const answer = await ingest.push({ logs: [noise(), noise(), noise(), noise()] })
        expect([201, 503]).toContain(answer.status)
        return answer.status === 503 && answer
      },
      { what: 'the refusal', timeoutMs: 20_000, intervalMs: 1 },
    )
    expect(refused || null).toMatchObject({ body: { code: 'overloaded' } })
    expect(Number((refused || null)?.headers.get('retry-after'))).toBeGreaterThan(0)
    const queue = collectJobs(redis.url)
    closers.push(() => queue.consumer.close())
    await until(async () => (await pushFresh()).status === 201, {
      what: 'a push to be taken again',
      timeoutMs: 15_000,
    })
    await ingest.checkSums()
  })
})

describe('PostgreSQL', () => {
  async function openBehindProxy() {
    const proxy = await openProxy()
    closers.push(() => proxy.close())
    const ingest = await open({ databaseUrl: proxy.through })
    const linked = () => ingest.push({ logs: [freshEntry({ work_order_id: crypto.randomUUID() })] })
    const stranger = async () =>
      ingest.push({ logs: [] }, { as: await makePak(ingest.db, { kind: 'agent', agentId: ingest.agent.id }) })
    expect((await linked()).body).toMatchObject({ stored: 1, unlinked: 1 })
    return { proxy, ingest, linked, stranger }
  }

  test.each(['cut', 'freeze'] as const)(
    'away (%s) stops no agent that is known, and no link is judged',
    async (way) => {
      const { proxy, ingest, linked, stranger } = await openBehindProxy()
      proxy[way]()
      for (let count = 0; count < 3; count += 1) {
        const [{ status, body }, tookMs] = await timed(linked)
        expect([status, body['stored'], body['unlinked']]).toEqual([201, 1, undefined])
        expect(tookMs).toBeLessThan(2_000)
      }
      const [{ status, headers, body }, tookMs] = await timed(stranger)
      expect([status, body['code'], headers.has('retry-after')]).toEqual([503, 'unavailable', true])
      expect(tookMs).toBeLessThan(2_000)
      proxy.open()
      await until(async () => (await stranger()).status === 201, {
        what: 'a new key to be known',
        timeoutMs: 10_000,
      })
      await ingest.checkSums()
    },
  )

  test('away is said once a minute, not once a batch', async () => {
    const { proxy, ingest, linked } = await openBehindProxy()
    proxy.cut()
    for (let count = 0; count < 5; count += 1) await linked()
    const warnings = ingest
      .logged()
      .split('\n')
      .filter((line) => line.includes('"level":"warn"'))
    expect(warnings.map((line) => JSON.parse(line).msg)).toEqual([
      'registry could not be read, going on with what is known',
    ])
  })

  test('away at the start stops nothing but strangers', async () => {
    const proxy = await openProxy()
    closers.push(() => proxy.close())
    proxy.cut()
    const ingest = await open({ databaseUrl: proxy.through })
    expect((await ingest.push({ logs: [freshEntry()] })).status).toBe(503)
    proxy.open()
    await until(async () => (await ingest.push({ logs: [freshEntry()] })).status === 201, {
      what: 'a push to be taken',
    })
  })
})
