import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callOk, startSystem } from '@logboom/system'
import type { AgentAccount, System } from '@logboom/system'
import { until } from '@logboom/testing'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { pushLoad } from './push-load.ts'
import { startCli } from './run-cli.ts'
import type { RunningCli } from './run-cli.ts'

let system: System
let agent: AgentAccount
let dir: string
const running: RunningCli[] = []

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'logboom-cli-'))
  system = await startSystem()
  agent = await system.createAgent()
})
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill('SIGKILL')
})
afterAll(async () => {
  await system.close()
  rmSync(dir, { recursive: true, force: true })
})

function start(...args: string[]): RunningCli {
  const env = { XDG_CONFIG_HOME: dir, LOGBOOM_URL: system.queryUrl, LOGBOOM_KEY: system.admin }
  const cli = startCli(args, env)
  running.push(cli)
  return cli
}

const linesOf = (cli: RunningCli) => cli.stdout().split('\n').slice(0, -1)

async function push(of: AgentAccount, messages: readonly string[]): Promise<void> {
  const timestamp = new Date().toISOString()
  const logs = messages.map((message) => ({ timestamp, namespace: 'n', pod_name: 'p', message }))
  const path = `${system.ingestUrl}/api/v1/agents/${of.id}/logs`
  await callOk('POST', path, { as: of.pak, body: { logs }, headers: { Prefer: 'wait=10' } })
}

test('following shows each line once, through kills and restarts of what it follows', async () => {
  const other = await system.createAgent()
  await push(other, ['of another agent'])
  await push(agent, ['before one', 'before two', 'before three'])
  const cli = start('logs', '-f', '-o', 'raw', '-a', agent.id, '--tail', '2')
  await until(() => linesOf(cli).length === 2, { what: 'the tail', timeoutMs: 30_000 })
  const load = pushLoad({
    url: () => system.ingestUrl,
    agent,
    linesPerBatch: 40,
    connections: 2,
    pauseMs: 50,
  })
  const grown = (by: number) => {
    const lines = linesOf(cli).length + by
    return until(() => linesOf(cli).length >= lines, { what: `${by} more lines`, timeoutMs: 60_000 })
  }
  await grown(200)
  await system.query.kill()
  await until(() => cli.stderr().includes('connecting again'), {
    what: 'the break to be told',
    timeoutMs: 30_000,
  })
  await system.query.restart()
  await grown(400)
  await system.query.stop()
  await system.query.restart()
  await grown(200)
  await load.finish()
  const expected = ['before two', 'before three', ...load.acknowledged]
  await until(() => linesOf(cli).length >= expected.length, { what: 'all lines', timeoutMs: 60_000 })
  expect(linesOf(cli).toSorted()).toEqual(expected.toSorted())
  expect(cli.stderr().match(/connected again/g)).toHaveLength(2)
  cli.child.kill('SIGINT')
  expect((await cli.exited).code).toBe(130)
})

test('a gap is told where it is, and filters hold while following', async () => {
  const other = await system.createAgent()
  const cli = start('logs', '-f', '-o', 'raw', '-a', other.id, 'wanted')
  await until(
    async () => {
      await push(other, ['wanted', 'not this'])
      return linesOf(cli).length > 0
    },
    { what: 'the first line', timeoutMs: 30_000, intervalMs: 500 },
  )
  const at = new Date().toISOString()
  const gap = { namespace: 'n', pod_name: 'p', from: at, to: at, lines: 7, reason: 'rotated', exact: true }
  const path = `${system.ingestUrl}/api/v1/agents/${other.id}/logs`
  await callOk('POST', path, { as: other.pak, body: { logs: [], gaps: [gap] } })
  await until(() => cli.stderr().includes('-- gap: 7 lines missing'), { what: 'the gap', timeoutMs: 30_000 })
  expect(new Set(linesOf(cli))).toEqual(new Set(['wanted']))
})

test('a key that is revoked ends it, with what to do', async () => {
  const { id, pak } = await callOk('POST', `${system.ingestUrl}/api/v1/paks`, {
    as: system.admin,
    body: { kind: 'reader' },
  })
  const env = { XDG_CONFIG_HOME: dir, LOGBOOM_URL: system.queryUrl, LOGBOOM_KEY: String(pak) }
  const cli = startCli(['logs', '-f', '-o', 'raw', '-a', agent.id], env)
  running.push(cli)
  await until(() => linesOf(cli).length > 0, { what: 'a line', timeoutMs: 30_000 })
  await callOk('DELETE', `${system.ingestUrl}/api/v1/paks/${String(id)}`, { as: system.admin })
  // within 30 s by itself; at once where it has to sign in again
  await system.query.stop()
  await system.query.restart()
  const { code, stderr } = await cli.exited
  expect([code, stderr]).toEqual([3, expect.stringContaining('logboom login')])
})
