import { until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSystem } from '@logboom/system'
import type { Role, System } from '@logboom/system'
import { findSecrets } from './find-secrets.ts'
import { expectStoredOnce } from './oracle.ts'
import { pushLoad } from './push-load.ts'
import type { Load } from './push-load.ts'
import { chooseSeed, createRandom } from './random.ts'
import { tellFigures } from './tell-figures.ts'
import { untilWriting } from './until-writing.ts'

const KILLS = 12
const LINES_MIN = 60_000

let system: System

beforeAll(async () => {
  system = await startSystem({ writers: 2 })
})
afterAll(() => system.close())

test('every acknowledged line is stored once, however often ingest-api and both writers are killed', async () => {
  const seed = chooseSeed()
  tellFigures('kill-services', { seed })
  const random = createRandom(seed)
  const load = pushLoad({ url: () => system.ingestUrl, agent: await system.createAgent() })
  const kills: { role: string; inFlight: number }[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const victims = pickVictims(kill, random.pick([system.ingest, ...system.writers]))
    for (const role of victims) {
      const inFlight = await untilBusy(role, load)
      await role.kill()
      kills.push({ role: role.name, inFlight })
    }
    await Promise.all(victims.map((role) => role.restart()))
  }
  const isEnough = () => load.acknowledged.length >= LINES_MIN
  await until(isEnough, { what: `${LINES_MIN} lines`, timeoutMs: 60_000 })
  await load.finish()
  const verdict = await expectStoredOnce(system, load.acknowledged)
  tellFigures('kill-services', { kills, answers: Object.fromEntries(load.answers), ...verdict })
  expect(kills.every(({ inFlight }) => inFlight > 0)).toBe(true)
})

/** Chance decides, save that each has its turn and that once none is left. */
function pickVictims(kill: number, byChance: Role): Role[] {
  const { ingest, writers } = system
  const fixed = [[ingest], [writers[0]], writers.slice(1), [...writers, ingest]]
  return fixed[kill] ?? [byChance]
}

/** With how many requests or transactions under way the role is about to be killed. */
function untilBusy(role: Role, load: Load): Promise<number> {
  if (role !== system.ingest) return untilWriting(system.pool, role)
  return until(() => load.inFlight, { what: 'requests in flight', intervalMs: 1 })
}

test('no credential was printed', () => {
  expect(findSecrets(system)).toEqual([])
})
