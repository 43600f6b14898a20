import { join } from 'node:path'
import { until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callOk, startSystem } from '@logboom/system'
import type { AgentAccount, Role, System } from '@logboom/system'
import { findSecrets } from './find-secrets.ts'
import { growFiles } from './grow-files.ts'
import { expectStoredOnce } from './oracle.ts'
import { planFiles } from './produce-files.ts'
import { chooseSeed, createRandom } from './random.ts'
import { tellFigures } from './tell-figures.ts'
import { untilWriting } from './until-writing.ts'

const ROUNDS = 3

let system: System
let account: AgentAccount
let agent: Role
const seed = chooseSeed()
const files = planFiles(seed)

beforeAll(async () => {
  system = await startSystem()
  account = await system.createAgent()
  agent = await system.startRole({ app: 'agent', env: agentEnvironment() })
})
afterAll(() => system.close())

function agentEnvironment() {
  return {
    AGENT_ID: account.id,
    AGENT_PAK: account.pak,
    BROKER_URL: system.ingestUrl,
    FOLLOW: join(system.dir, 'logs', '*.log'),
    FOLLOW_POD_NAME: 'node-1',
    SPOOL_DIR: join(system.dir, 'spool'),
    MIN_LEVEL: 'TRACE',
    FLUSH_INTERVAL_SECONDS: '0.2',
    POLL_INTERVAL_MS: '200',
    RETRY_MAX_MS: '1000',
  }
}

test('every line of six growing files is stored once and in file order, though agent, ingest-api and writer are killed again and again', async () => {
  const growing = await growFiles(join(system.dir, 'logs'), files, createRandom(seed + 1))
  const kills: { role: string; inFlight: number; share: number }[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    growing.hurryTo(round / (ROUNDS + 1))
    for (const role of [system.writers[0], agent, system.ingest]) {
      const inFlight = await untilBusy(role)
      await role.kill()
      kills.push({ role: role.name, inFlight, share: Math.round(growing.share * 100) / 100 })
      await role.restart()
    }
  }
  expect(growing.share).toBeLessThan(1)
  await growing.finish()
  const produced = files.flatMap(({ lines }) => lines)
  await untilStored(produced.length)
  const verdict = await expectStoredOnce(system, produced)
  for (const { name, lines } of files) expect(await readLines(name)).toEqual(lines)
  tellFigures('follow-files', { seed, kills, ...verdict })
  expect(kills.every(({ inFlight }) => inFlight > 0)).toBe(true)
})

/** With how much under way the role is about to be killed: transactions, or batches that the agent has not got rid of. */
function untilBusy(role: Role): Promise<number> {
  if (role === system.writers[0]) return untilWriting(system.pool, role)
  const waiting = async () => (await agent.metrics()).sum('logboom_agent_spool_batches')
  return until(waiting, { what: 'a batch in the spool', timeoutMs: 30_000, intervalMs: 2 })
}

async function untilStored(lines: number): Promise<void> {
  const areStored = async () => {
    const { rows } = await system.pool.query<{ stored: number }>(
      'select count(*)::integer as stored from agent_logs',
    )
    return (rows[0]?.stored ?? 0) >= lines
  }
  await until(areStored, { what: `${lines} lines in the table`, timeoutMs: 90_000, intervalMs: 100 })
}

type Page = { logs: { message: string }[]; next_cursor: string | null }

/** The messages of one file as a reader gets them: all pages, oldest first. */
async function readLines(file: string): Promise<string[]> {
  const messages: string[] = []
  let cursor: string | null = null
  do {
    const query = new URLSearchParams({ container_name: file, order: 'asc', limit: '1000', total: 'none' })
    if (cursor !== null) query.set('cursor', cursor)
    const url = `${system.queryUrl}/api/v1/agents/${account.id}/logs?${query.toString()}`
    const page = (await callOk('GET', url, { as: account.pak })) as Page // of query-api
    messages.push(...page.logs.map(({ message }) => message))
    cursor = page.next_cursor
  } while (cursor !== null)
  return messages
}

test('no credential was printed', () => {
  expect(findSecrets(system)).toEqual([])
})
