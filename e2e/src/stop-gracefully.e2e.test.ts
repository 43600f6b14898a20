import { until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shutdownGraceMs, startSystem } from '@logboom/system'
import type { Role, System } from '@logboom/system'
import { findSecrets } from './find-secrets.ts'
import { expectStoredOnce } from './oracle.ts'
import { pushLoad } from './push-load.ts'
import type { Load } from './push-load.ts'
import { tellFigures } from './tell-figures.ts'
import { untilWriting } from './until-writing.ts'

let system: System
let load: Load

beforeAll(async () => {
  system = await startSystem({ writers: 2 })
  load = pushLoad({ url: () => system.ingestUrl, agent: await system.createAgent() })
})
afterAll(() => system.close())

function untilBusy(role: Role): Promise<number> {
  if (system.writers.includes(role)) return untilWriting(system.pool, role)
  return until(() => load.inFlight, { what: 'requests in flight', intervalMs: 1 })
}

test('SIGTERM under load: every role exits with 0 within the grace, and no batch of a client that retries connections fails', async () => {
  const { ingest, query, retention, writers } = system
  const stops: { role: string; inFlight: number; tookMs: number }[] = []
  for (const role of [...writers, ingest, query, retention]) {
    const inFlight = await untilBusy(role)
    const { code, signal, tookMs } = await role.stop()
    expect({ role: role.name, code, signal }).toEqual({ role: role.name, code: 0, signal: null })
    expect(tookMs).toBeLessThan(shutdownGraceMs)
    stops.push({ role: role.name, inFlight, tookMs })
    await role.restart()
  }
  await load.finish()
  const refused = [...load.answers.keys()].filter((answer) => answer !== '201' && answer !== 'none')
  expect(refused).toEqual([])
  const verdict = await expectStoredOnce(system, load.acknowledged)
  tellFigures('stop-gracefully', { stops, answers: Object.fromEntries(load.answers), ...verdict })
})

test('SIGTERM while Redis is frozen: ingest-api and writers exit within the grace all the same', async () => {
  const { redis, ingest, writers } = system
  const further = pushLoad({ url: () => system.ingestUrl, agent: await system.createAgent() })
  await untilWriting(system.pool, writers[0])
  await redis.kill('SIGSTOP')
  const stopping = Promise.all([ingest, ...writers].map((role) => role.stop()))
  const exits = await stopping.finally(() => void redis.kill('SIGCONT'))
  tellFigures('stop with Redis frozen', { exits })
  for (const { code, tookMs } of exits) {
    expect(code).toBe(0)
    expect(tookMs).toBeLessThan(shutdownGraceMs)
  }
  await Promise.all([ingest, ...writers].map((role) => role.restart()))
  await further.finish()
  await expectStoredOnce(system, [...load.acknowledged, ...further.acknowledged])
})

test('no credential was printed', () => {
  expect(findSecrets(system)).toEqual([])
})
