import { join } from 'node:path'
import { until } from '@logboom/servers'
import { cpuMicros, memoryOf } from '@logboom/system'
import { growFiles } from '../grow-files.ts'
import type { GrowPlan } from '../grow-files.ts'
import { plantedSecret } from '../make-lines.ts'
import type { Broker } from '../open-broker.ts'
import { expectRows } from '../stored-rows.ts'

export interface AgentRun {
  lines: number
  linesPerSecond: number
  /** Microseconds of processor time, of the agent alone. */
  cpuPerLine: number
}

/** An agent at work. */
export interface Following {
  /** Grows the files, waits until every line is stored, and counts all rows of all runs. */
  measure(plan: Omit<GrowPlan, 'dir' | 'containers'>): Promise<AgentRun>
  /** The most memory that it ever had, bytes. */
  peakBytes(): number
  /** Throws when a secret was stored that was in the lines. */
  expectNoSecret(): Promise<void>
}

const storedTimeoutMs = 120_000

export async function openFollowing(broker: Broker, containers: number): Promise<Following> {
  const dir = join(broker.dir, 'containers')
  const [account] = broker.agents
  if (!account) throw new Error('there is an agent')
  // All by default, save what would leave lines out of the count or the last ones waiting.
  const role = await broker.startRole({
    app: 'agent',
    env: {
      AGENT_ID: account.id,
      AGENT_PAK: account.pak,
      BROKER_URL: broker.ingestUrl,
      FOLLOW: join(dir, '*.log'),
      SPOOL_DIR: join(broker.dir, 'agent-spool'),
      MIN_LEVEL: 'TRACE',
      FLUSH_INTERVAL_SECONDS: '1',
    },
  })
  // The second life, as after any restart: it finds the code compiled, and goes on where the first one was.
  await role.stop()
  await role.restart()
  let total = 0
  return {
    async measure(plan) {
      const startedMs = performance.now()
      const cpuBefore = cpuMicros(role.pid)
      const lines = await growFiles({ ...plan, dir, containers })
      total += lines
      await untilStored(broker, total)
      const seconds = (performance.now() - startedMs) / 1000
      const cpuPerLine = (cpuMicros(role.pid) - cpuBefore) / lines
      await expectRows(broker.pool, total)
      return { lines, linesPerSecond: lines / seconds, cpuPerLine }
    },
    peakBytes: () => memoryOf(role.pid).peak,
    async expectNoSecret() {
      const { rows } = await broker.pool.query<{ lines: string; masked: string }>(
        `select count(*) filter (where message like $1::text) as lines,
           count(*) filter (where message like '%[masked]%') as masked
         from agent_logs`,
        [`%${plantedSecret}%`],
      )
      const [found] = rows
      if (found?.lines !== '0' || found.masked === '0')
        throw new Error(
          `secrets were in the lines, ${found?.lines} are stored, ${found?.masked} masked: void`,
        )
    },
  }
}

/** By the ledger, which is quick to read; every row is counted afterwards. */
async function untilStored(broker: Broker, lines: number): Promise<void> {
  const isStored = async () => {
    const { rows } = await broker.pool.query<{ stored: string }>(
      'select coalesce(sum(stored), 0) as stored from write_log',
    )
    return Number(rows[0]?.stored) >= lines
  }
  await until(isStored, { what: `${lines} lines to be stored`, timeoutMs: storedTimeoutMs, intervalMs: 50 })
}
