import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callOk, openJobs, signingSecret, startSystem } from '@logboom/system'
import type { AgentAccount, System } from '@logboom/system'
import { findSecrets } from './find-secrets.ts'
import { keysWith, tablesWith } from './search-stores.ts'
import { tellFigures } from './tell-figures.ts'

const RETENTION_S = 60
const INTERVAL_S = 10
// What a run itself takes on a busy machine, on top of its interval.
const SLACK_S = 5
const MARKER = 'xylophone'
const LINES = 500

let system: System
let agent: AgentAccount

beforeAll(async () => {
  system = await startSystem({
    changes: async () => ({
      'retention-worker': {
        RETENTION_SECONDS: String(RETENTION_S),
        CLEANUP_INTERVAL_MINUTES: String(INTERVAL_S / 60),
      },
    }),
  })
  agent = await system.createAgent()
})
afterAll(() => system.close())

/** The marker in every place that a sender can write to; PostgreSQL refuses the first line. */
function markedPush() {
  const now = new Date().toISOString()
  const logs = Array.from({ length: LINES }, (_, n) => ({
    timestamp: now,
    namespace: `${MARKER}-ns`,
    pod_name: `${MARKER}-pod`,
    container_name: `${MARKER}-app`,
    node: `${MARKER}-node`,
    message: n === 0 ? `poison ${MARKER}` : `line ${n} ${MARKER}`,
    entry_id: `${MARKER}-${n}`,
    group_id: `${MARKER}-0`,
    labels: { app: MARKER },
    attributes: { [MARKER]: MARKER },
  }))
  const names = { namespace: `${MARKER}-ns`, pod_name: `${MARKER}-pod` }
  const gap = { ...names, from: now, to: now, lines: 3, reason: 'rotated', exact: true }
  const invalid = { ...names, timestamp: MARKER, message: MARKER }
  return { logs: [...logs, invalid], gaps: [gap] }
}

async function refusePoison(): Promise<void> {
  await system.pool.query(`
    create function refuse_poison() returns trigger language plpgsql as $$
    begin
      if new.message like 'poison%' then raise exception 'refused' using errcode = '22023'; end if;
      return new;
    end $$;
    create trigger refuse_poison before insert on agent_logs for each row execute function refuse_poison()`)
}

function ask(path: string, as = system.admin): Promise<Record<string, unknown>> {
  return callOk('GET', `${system.queryUrl}/api/v1${path}`, { as })
}

/** How much of the marked push the API shows. */
async function seen(): Promise<{ lines: number; gaps: number; deadLetters: number }> {
  const page = await ask(`/agents/${agent.id}/logs?limit=1&total=exact`, agent.pak)
  const { total, gaps } = page as { total: number; gaps: unknown[] } // LogPage
  const { dead_letters } = (await ask('/dead-letters')) as { dead_letters: unknown[] } // its list
  return { lines: total, gaps: gaps.length, deadLetters: dead_letters.length }
}

async function leavesWithRows(): Promise<string[]> {
  const { rows } = await system.pool.query<{ leaf: string }>(
    'select distinct tableoid::regclass::text as leaf from agent_logs',
  )
  return rows.map(({ leaf }) => leaf)
}

let createdMs: number
let leaves: string[]

test('a marked push is found in all the places that must be emptied: Redis while it waits, then PostgreSQL and the API', async () => {
  const { writers, lookRedis, pool, ingestUrl } = system
  await refusePoison()
  writers[0].freeze()
  const url = `${ingestUrl}/api/v1/agents/${agent.id}/logs`
  const answer = await callOk('POST', url, { as: agent.pak, body: markedPush() })
  expect(answer).toMatchObject({ received: LINES + 1, stored: LINES })
  expect(await keysWith(lookRedis, MARKER)).not.toEqual([])
  writers[0].thaw()
  const isWritten = async () => (await openJobs(lookRedis)) === 0
  await until(isWritten, { what: 'the push to be written', timeoutMs: 30_000 })
  expect(await seen()).toEqual({ lines: LINES - 1, gaps: 1, deadLetters: 1 })
  leaves = await leavesWithRows()
  expect(await tablesWith(pool, MARKER)).toEqual(
    ['agent_logs', 'agent_logs_c1', 'dead_letters', 'log_gaps', 'log_streams', ...leaves]
      .map((table) => `public.${table}`)
      .toSorted(),
  )
  const { rows } = await pool.query<{ ms: number }>(
    'select extract(epoch from min(created_at)) * 1000 as ms from agent_logs',
  )
  createdMs = Number(rows[0]?.ms)
})

test('lines, gaps and dead letters are gone from every answer at the moment they expire', async () => {
  let lastSeenMs = 0
  const isGone = async () => {
    const askedMs = Date.now()
    const { lines, gaps, deadLetters } = await seen()
    if (lines + gaps + deadLetters > 0) lastSeenMs = askedMs
    return lines + gaps + deadLetters === 0
  }
  await until(isGone, { what: 'the lines to expire', timeoutMs: (RETENTION_S + 30) * 1000, intervalMs: 100 })
  expect(lastSeenMs).toBeGreaterThan(createdMs + (RETENTION_S - 5) * 1000)
  expect(lastSeenMs).toBeLessThan(createdMs + RETENTION_S * 1000)
})

test('one interval later they are gone from the table, their partitions are dropped, and the marker is nowhere', async () => {
  const { pool, lookRedis } = system
  const deadlineMs = createdMs + (RETENTION_S + INTERVAL_S + SLACK_S) * 1000
  const left = async () => [...(await tablesWith(pool, MARKER)), ...(await keysWith(lookRedis, MARKER))]
  const isNowhere = async () => (await left()).length === 0
  await until(isNowhere, {
    what: 'the marker to be nowhere',
    timeoutMs: Math.max(deadlineMs - Date.now(), 1),
  }).catch(() => undefined)
  expect(await left()).toEqual([])
  const tookMs = Date.now() - createdMs
  const areDropped = async () => {
    const { rowCount } = await pool.query(
      'select 1 from unnest($1::text[]) as leaf where to_regclass(leaf) is not null',
      [leaves],
    )
    return rowCount === 0
  }
  await until(areDropped, {
    what: `${leaves.join(', ')} to be dropped`,
    timeoutMs: (INTERVAL_S + SLACK_S) * 1000,
  })
  tellFigures('retention', { lines: LINES, nowhereAfterMs: tookMs, partitions: leaves.length })
})

test('receipts account for every line and dead letter, and verify', async () => {
  const { receipts } = (await ask('/retention/receipts?limit=1000')) as {
    receipts: { kind: string; rows: number }[]
  } // its list
  const rowsOf = (...kinds: string[]) =>
    receipts.filter(({ kind }) => kinds.includes(kind)).reduce((sum, { rows }) => sum + rows, 0)
  expect(rowsOf('partition_dropped', 'rows_deleted')).toBe(LINES - 1)
  expect(rowsOf('dead_letters_deleted')).toBe(1)
  const script = join(import.meta.dirname, '../../apps/retention-worker/src/verify-receipts.ts')
  const env = { DATABASE_URL: system.postgres.url, SIGNING_KEY_SECRET: signingSecret }
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env })
  expect(JSON.parse(stdout)).toEqual({ checked: receipts.length, faults: [] })
})

test('no credential was printed', () => {
  expect(findSecrets(system)).toEqual([])
})
