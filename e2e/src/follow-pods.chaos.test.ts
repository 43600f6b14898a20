import { join } from 'node:path'
import { until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cpuMicros, memoryOf, startSystem } from '@logboom/system'
import type { Role, System } from '@logboom/system'
import { expectStoredOnce } from './oracle.ts'
import { chooseSeed, createRandom } from './random.ts'
import { tellFigures } from './tell-figures.ts'
import { writePodLogs } from './write-pod-logs.ts'

const containers = 200
const linesMax = 500_000
const kills = 50
/** Of all lines, after which the broker goes away. */
const outages = [0.3, 0.6]
const outageMs = 15_000
/** Without any kill, to see what a line costs. */
const quietLines = 100_000
const perSecond = 4_000

let system: System
let agent: Role

beforeAll(async () => {
  system = await startSystem()
  const account = await system.createAgent()
  agent = await system.startRole({
    app: 'agent',
    env: {
      AGENT_ID: account.id,
      AGENT_PAK: account.pak,
      BROKER_URL: system.ingestUrl,
      KUBERNETES: 'files',
      KUBERNETES_METADATA: 'false',
      POD_LOGS_DIR: join(system.dir, 'pods'),
      SPOOL_DIR: join(system.dir, 'spool'),
      MIN_LEVEL: 'TRACE',
      MAX_MESSAGE_LENGTH: '65536',
      FLUSH_INTERVAL_SECONDS: '1',
      RETRY_MAX_MS: '2000',
    },
  })
})
afterAll(() => system.close())

test('500 000 lines of 200 containers are stored once, or lie in a gap, though the agent is killed 50 times, the broker goes away twice and files rotate throughout', async () => {
  const seed = chooseSeed()
  tellFigures('follow-pods', { seed })
  const logs = await writePodLogs(join(system.dir, 'pods'), containers, createRandom(seed))
  let isWriting = true
  const writing = logs.writeTo(linesMax - quietLines, perSecond).finally(() => (isWriting = false))
  const peaks: number[] = []
  const busy: number[] = []
  const leaving = leaveTwice(() => logs.lines.length)
  for (let kill = 1; kill <= kills; kill += 1) {
    const due = ((linesMax - quietLines) * kill) / (kills + 1)
    await until(() => logs.lines.length >= due || !isWriting, { what: 'lines', timeoutMs: 300_000 })
    busy.push(await waitingBatches())
    peaks.push(memoryOf(agent.pid).peak)
    await agent.kill()
    await agent.restart()
  }
  await Promise.all([writing, leaving])
  await untilStored(logs.lines.length)

  const cpuBefore = cpuMicros(agent.pid)
  await logs.writeTo(linesMax, perSecond)
  await untilStored(linesMax)
  const cpuPerLine = (cpuMicros(agent.pid) - cpuBefore) / quietLines
  peaks.push(memoryOf(agent.pid).peak)

  const verdict = await expectStoredOnce(system, logs.lines, { mayRepeat: true })
  const { rows: gaps } = await system.pool.query('select reason, lines from log_gaps')
  tellFigures('follow-pods', {
    ...verdict,
    rotations: logs.rotations,
    busyKills: busy.filter((batches) => batches > 0).length,
    cpuPerLine,
    peakMiB: Math.round(Math.max(...peaks) / 2 ** 20),
    gaps,
  })
  expect(logs.rotations).toBeGreaterThan(containers)
  expect(gaps).toEqual([])
})

/** ingest-api is killed and stays away for a while. */
async function leaveTwice(lines: () => number): Promise<void> {
  for (const share of outages) {
    await until(() => lines() >= linesMax * share, { what: 'lines before an outage', timeoutMs: 600_000 })
    await system.ingest.kill()
    const backAtMs = performance.now() + outageMs
    await until(() => performance.now() >= backAtMs, { what: 'the outage to end', timeoutMs: 2 * outageMs })
    await system.ingest.restart()
  }
}

/** Batches in the spool: what a kill interrupts. */
async function waitingBatches(): Promise<number> {
  return (await agent.metrics().catch(() => null))?.sum('logboom_agent_spool_batches') ?? 0
}

async function untilStored(lines: number): Promise<void> {
  const areStored = async () => {
    const { rows } = await system.pool.query<{ stored: number }>(
      'select coalesce(sum(stored), 0)::integer as stored from write_log',
    )
    return (rows[0]?.stored ?? 0) >= lines
  }
  await until(areStored, { what: `${lines} lines in the table`, timeoutMs: 300_000, intervalMs: 250 })
}
