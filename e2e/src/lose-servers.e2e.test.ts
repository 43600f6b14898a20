import { until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { activeJobs, callApi, openJobs, startSystem } from '@logboom/system'
import type { AgentAccount, Answer, System } from '@logboom/system'
import { findSecrets } from './find-secrets.ts'
import { expectStoredOnce } from './oracle.ts'
import { pushLoad } from './push-load.ts'
import type { Load } from './push-load.ts'
import { tellFigures } from './tell-figures.ts'
import { untilWriting } from './until-writing.ts'

let system: System
let agent: AgentAccount
let load: Load

beforeAll(async () => {
  system = await startSystem()
  agent = await system.createAgent()
  load = pushLoad({ url: () => system.ingestUrl, agent })
})
afterAll(() => system.close())

/** A batch without entries: nothing to store, but everything to check. */
function pushNothing(): Promise<Answer> {
  return callApi('POST', `${system.ingestUrl}/api/v1/agents/${agent.id}/logs`, {
    as: agent.pak,
    body: { logs: [] },
  })
}

function moreLines(count: number): Promise<boolean> {
  const enough = load.acknowledged.length + count
  const isEnough = () => load.acknowledged.length >= enough
  return until(isEnough, { what: `${count} more lines to be acknowledged`, timeoutMs: 30_000 })
}

test('PostgreSQL killed under load: batches are accepted all the same, readiness tells, the queue drains afterwards', async () => {
  const { postgres, pool, writers, query, ingest, lookRedis } = system
  await moreLines(5_000)
  const inFlight = await untilWriting(pool, writers[0])
  await postgres.kill('SIGKILL')
  const before = load.acknowledged.length
  await moreLines(10_000)
  for (const role of [writers[0], query]) {
    const tells = async () => (await role.readiness()).status === 503
    await until(tells, { what: `${role.name} to tell that PostgreSQL is away` })
  }
  expect((await ingest.readiness()).status).toBe(200)
  const queued = await openJobs(lookRedis)
  expect(queued).toBeGreaterThan(0)
  await postgres.restart()
  for (const role of [writers[0], query]) {
    const isBack = async () => (await role.readiness()).status === 200
    await until(isBack, { what: `${role.name} to be ready again`, timeoutMs: 15_000 })
  }
  tellFigures('PostgreSQL killed', { inFlight, queued, acceptedMeanwhile: load.acknowledged.length - before })
})

test('Redis killed under load: 503 with Retry-After within 2 s, readiness tells, and nothing that was answered is lost', async () => {
  const { redis, ingest, writers, lookRedis } = system
  await moreLines(5_000)
  const underWay = await until(() => activeJobs(lookRedis), {
    what: 'a job under way',
    timeoutMs: 30_000,
    intervalMs: 1,
  })
  const inFlight = await until(() => load.inFlight, { what: 'requests in flight', intervalMs: 1 })
  await redis.kill('SIGKILL')
  const answer = await pushNothing()
  expect(answer).toMatchObject({ status: 503 })
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(answer.tookMs).toBeLessThan(2_000)
  for (const role of [ingest, writers[0]]) {
    const tells = async () => (await role.readiness()).status === 503
    await until(tells, { what: `${role.name} to tell that Redis is away` })
  }
  await redis.restart()
  await moreLines(5_000)
  await load.finish()
  const verdict = await expectStoredOnce(system, load.acknowledged)
  const answers = Object.fromEntries(load.answers)
  tellFigures('Redis killed', { underWay, inFlight, tookMs: answer.tookMs, answers, ...verdict })
})

test('no credential was printed', () => {
  expect(findSecrets(system)).toEqual([])
})
