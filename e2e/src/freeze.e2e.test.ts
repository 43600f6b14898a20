import { until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callApi, startSystem, untilDrained } from '@logboom/system'
import type { AgentAccount, Answer, Role, System } from '@logboom/system'
import { findSecrets } from './find-secrets.ts'
import { openCommitProxy } from './lose-commits.ts'
import type { CommitProxy } from './lose-commits.ts'
import { expectStoredOnce } from './oracle.ts'
import { pushLoad } from './push-load.ts'
import type { Load } from './push-load.ts'
import { tellFigures } from './tell-figures.ts'
import { untilWriting } from './until-writing.ts'

const DEADLINES = { STATEMENT_MS: 3_000, READ_MS: 8_000, PUSH_MS: 2_000 }

let system: System
let proxy: CommitProxy
let agent: AgentAccount
let load: Load

beforeAll(async () => {
  system = await startSystem({
    writers: 2,
    async changes({ postgres }) {
      proxy = await openCommitProxy(postgres.url)
      const { STATEMENT_MS } = DEADLINES
      return {
        'writer-1': { DATABASE_URL: proxy.url },
        'query-api': { STATEMENT_TIMEOUT_MS: String(STATEMENT_MS), SEARCH_TIME_MS: String(STATEMENT_MS / 2) },
      }
    },
  })
  agent = await system.createAgent()
  load = pushLoad({ url: () => system.ingestUrl, agent })
})
afterAll(async () => {
  await system.close()
  proxy.close()
})

function moreLines(count: number): Promise<boolean> {
  const enough = load.acknowledged.length + count
  const isEnough = () => load.acknowledged.length >= enough
  return until(isEnough, { what: `${count} more lines to be acknowledged`, timeoutMs: 30_000 })
}

function untilReadiness(status: 200 | 503, roles: Role[]): Promise<unknown> {
  return Promise.all(
    roles.map((role) => {
      const tells = async () => (await role.readiness()).status === status
      return until(tells, { what: `/readyz of ${role.name} to answer ${status}`, timeoutMs: 15_000 })
    }),
  )
}

function push(): Promise<Answer> {
  return callApi('POST', `${system.ingestUrl}/api/v1/agents/${agent.id}/logs`, {
    as: agent.pak,
    body: { logs: [] },
  })
}

function read(): Promise<Answer> {
  const url = `${system.queryUrl}/api/v1/agents/${agent.id}/logs?limit=1`
  return callApi('GET', url, { as: agent.pak, timeoutMs: 30_000 })
}

test('a frozen PostgreSQL: batches are accepted, reads end with 503, readiness tells, and the queue drains after it', async () => {
  const { postgres, query, writers } = system
  await moreLines(2_000)
  expect((await read()).status).toBe(200)
  const inFlight = await untilWriting(system.pool, writers[0])
  await postgres.kill('SIGSTOP')
  try {
    const [refused] = await Promise.all([read(), moreLines(2_000), untilReadiness(503, [query, ...writers])])
    expect(refused.status).toBe(503)
    expect(refused.tookMs).toBeLessThan(DEADLINES.READ_MS)
    tellFigures('PostgreSQL frozen', { inFlight, readTookMs: refused.tookMs })
  } finally {
    await postgres.kill('SIGCONT')
  }
  await untilReadiness(200, [query, ...writers])
  expect((await read()).status).toBe(200)
})

test('a frozen Redis: 503 with Retry-After within 2 s, readiness tells, and everything goes on after it', async () => {
  const { redis, ingest, writers } = system
  await moreLines(2_000)
  const inFlight = await until(() => load.inFlight, { what: 'requests in flight', intervalMs: 1 })
  await redis.kill('SIGSTOP')
  try {
    const refused = await push()
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.tookMs).toBeLessThan(DEADLINES.PUSH_MS)
    await untilReadiness(503, [ingest, ...writers])
    tellFigures('Redis frozen', { inFlight, pushTookMs: refused.tookMs })
  } finally {
    await redis.kill('SIGCONT')
  }
  await untilReadiness(200, [ingest, ...writers])
  await moreLines(2_000)
})

test('a writer frozen in a transaction: the other one takes over its jobs, and the thaw doubles nothing', async () => {
  const [frozen, other] = [system.writers[0], system.writers[1] ?? system.writers[0]]
  const inFlight = await untilWriting(system.pool, frozen)
  frozen.freeze()
  await expect(frozen.readiness()).rejects.toThrow('timeout')
  const hasTakenOver = async () =>
    (await other.metrics()).sum('logboom_queue_events_total', { kind: 'stalled' }) > 0
  await until(hasTakenOver, { what: 'the other writer to find the jobs', timeoutMs: 30_000, intervalMs: 100 })
  await moreLines(2_000)
  frozen.thaw()
  await untilReadiness(200, [frozen])
  tellFigures('writer frozen', { inFlight })
})

test('a COMMIT that happened but was not heard of doubles nothing', async () => {
  proxy.loseNext(5)
  await until(() => proxy.lost === 5, { what: 'five unheard commits', timeoutMs: 30_000 })
  await load.finish()
  await untilDrained(system.lookRedis)
  const metrics = await Promise.all(system.writers.map((writer) => writer.metrics()))
  const found = metrics.reduce(
    (sum, one) => sum + one.sum('logboom_batches_total', { result: 'committed_before' }),
    0,
  )
  expect(found).toBeGreaterThan(0)
  const verdict = await expectStoredOnce(system, load.acknowledged)
  tellFigures('freeze', { committedBefore: found, answers: Object.fromEntries(load.answers), ...verdict })
})

test('no credential was printed', () => {
  expect(findSecrets(system)).toEqual([])
})
