import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSystem } from '@logboom/system'
import type { AgentAccount, System } from '@logboom/system'
import { until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pushLoad } from './push-load.ts'
import { runCli, startCli } from './run-cli.ts'

let system: System
let agent: AgentAccount
let dir: string
let env: Record<string, string>
/** What is stored: more than goes into pipes and buffers, so that an export can be caught at work. */
let stored: string[]

const linesMin = 60_000

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'logboom-cli-'))
  system = await startSystem()
  agent = await system.createAgent()
  env = { XDG_CONFIG_HOME: dir, LOGBOOM_URL: system.queryUrl, LOGBOOM_KEY: system.admin }
  const load = pushLoad({
    url: () => system.ingestUrl,
    agent,
    linesPerBatch: 1_000,
    connections: 2,
    pauseMs: 0,
  })
  await until(() => load.acknowledged.length >= linesMin, { what: 'the load', timeoutMs: 100_000 })
  await load.finish()
  stored = load.acknowledged.toSorted()
  const rows = () => system.pool.query<{ n: string }>('select count(*) as n from agent_logs')
  await until(async () => Number((await rows()).rows[0]?.n) === stored.length, {
    what: 'all rows',
    timeoutMs: 60_000,
  })
})
afterAll(async () => {
  await system.close()
  rmSync(dir, { recursive: true, force: true })
})

test('an export has every line once, also where what it reads from is killed and comes back', async () => {
  const cli = startCli(['export', '-o', 'raw'], env)
  cli.child.stdout?.pause()
  await until(() => cli.child.stdout?.readableLength, { what: 'the first lines', timeoutMs: 30_000 })
  await system.query.kill()
  cli.child.stdout?.resume()
  await until(() => cli.stderr().includes('connecting again'), {
    what: 'the break to be told',
    timeoutMs: 30_000,
  })
  await system.query.restart()
  const { code, stdout, stderr } = await cli.exited
  expect([code, stderr]).toEqual([0, expect.stringContaining('connected again; it goes on where it was')])
  expect(stdout.trimEnd().split('\n').toSorted()).toEqual(stored)
})

test('a file has its name when it is whole, oldest first', async () => {
  const path = join(dir, 'lines.ndjson')
  const { code, stdout, stderr } = await runCli(['logs', '--all', '-o', 'json', '--out', path], env)
  expect([code, stdout, stderr]).toEqual([
    0,
    '',
    expect.stringMatching(/ lines, .* in .*lines\.ndjson, .*\/s\n$/),
  ])
  expect(existsSync(`${path}.part`)).toBe(false)
  const times = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => String(JSON.parse(line).timestamp))
  expect(times).toHaveLength(stored.length)
  expect(times).toEqual(times.toSorted())
})

test('a broker that refuses leaves no file', async () => {
  const path = join(dir, 'none.csv')
  const { code } = await runCli(['export', '-s', 'yesterday', '-o', 'csv', '--out', path], env)
  expect([code, existsSync(path)]).toEqual([2, false])
})
