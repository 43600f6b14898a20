import { appendFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { callOk, openJobs, startSystem, untilDrained } from '@logboom/system'
import type { AgentAccount, Role, System } from '@logboom/system'
import { until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findSecrets } from './find-secrets.ts'
import { tellFigures } from './tell-figures.ts'

let system: System
let account: AgentAccount
let agent: Role

beforeAll(async () => {
  system = await startSystem()
  account = await system.createAgent()
  mkdirSync(join(system.dir, 'logs'))
  agent = await system.startRole({
    app: 'agent',
    env: {
      AGENT_ID: account.id,
      AGENT_PAK: account.pak,
      BROKER_URL: system.ingestUrl,
      FOLLOW: join(system.dir, 'logs', '*.log'),
      SPOOL_DIR: join(system.dir, 'spool'),
      FLUSH_INTERVAL_SECONDS: '0.1',
      POLL_INTERVAL_MS: '100',
      RETRY_MAX_MS: '500',
      COMMIT_TIMEOUT_SECONDS: '4',
    },
  })
})
afterAll(() => system.close())

const lines: string[] = []

function write(count: number): void {
  const from = lines.length
  for (let number = from; number < from + count; number += 1) lines.push(`line ${number}`)
  appendFileSync(
    join(system.dir, 'logs', 'app.log'),
    lines
      .slice(from)
      .map((line) => `${line}\n`)
      .join(''),
  )
}

async function storedLines(): Promise<string[]> {
  const { rows } = await system.pool.query<{ message: string }>('select message from agent_log_lines')
  return rows.map(({ message }) => message)
}

const untilStored = () =>
  until(async () => (await storedLines()).length >= lines.length, {
    what: `${lines.length} lines in the table`,
    timeoutMs: 40_000,
  })

const batchFiles = () => readdirSync(join(system.dir, 'spool')).filter((name) => name.endsWith('.batch'))

test('Redis comes back empty: what was answered and not written is stored once all the same, and the spool empties', async () => {
  const { redis, writers, lookRedis, dir } = system
  write(200)
  await untilStored()
  // Answered, and taken by nobody: the answers and the queue are all there is of it besides the spool.
  writers[0].freeze()
  const sent = async () => (await agent.metrics()).sum('logboom_agent_sent_lines_total')
  for (let batch = 0; batch < 4; batch += 1) {
    write(100)
    await until(async () => (await sent()) >= lines.length, { what: 'answers', timeoutMs: 20_000 })
  }
  const queued = await openJobs(lookRedis)
  const uncommitted = batchFiles().length
  expect(queued).toBeGreaterThan(0)
  expect(uncommitted).toBeGreaterThanOrEqual(4)
  await redis.kill('SIGKILL')
  for (const name of readdirSync(join(dir, 'redis')))
    if (name.startsWith('appendonly') || name.endsWith('.rdb'))
      rmSync(join(dir, 'redis', name), { recursive: true })
  await redis.restart()
  writers[0].thaw()
  expect(await openJobs(lookRedis)).toBe(0)
  write(100)
  await untilStored()
  await untilDrained(lookRedis)
  expect((await storedLines()).toSorted()).toEqual(lines.toSorted())
  await until(() => batchFiles().length === 0, { what: 'an empty spool', timeoutMs: 40_000 })
  tellFigures('Redis lost', { queued, uncommitted, lines: lines.length })
})

test('the broker hears how far the agent has read, though it lost what came with the batches', async () => {
  write(1)
  const askedMs = Date.now()
  const url = `${system.queryUrl}/api/v1/agents/${account.id}`
  const isComplete = async () => {
    const told = (await callOk('GET', url, { as: system.admin })) as { complete_until: string | null }
    return Date.parse(told.complete_until ?? '') > askedMs
  }
  await until(isComplete, { what: 'complete_until to pass the last line', timeoutMs: 40_000 })
})

test('no credential was printed', () => {
  expect(findSecrets(system)).toEqual([])
})
