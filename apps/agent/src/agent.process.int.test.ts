import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@logboom/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { agentSetting, spawnAgent } from './agent-fixture.ts'
import type { AgentProcess } from './agent-fixture.ts'
import { openFakeBroker } from './fake-broker-fixture.ts'
import type { FakeBroker } from './fake-broker-fixture.ts'

let broker: FakeBroker
let setting: ReturnType<typeof agentSetting>
let processes: AgentProcess[]

beforeEach(async () => {
  broker = await openFakeBroker()
  setting = agentSetting(broker.url)
  processes = []
})

afterEach(async () => {
  for (const { child } of processes) child.kill('SIGKILL')
  await Promise.all(processes.map(({ exited }) => exited))
  await broker.close()
  rmSync(setting.directory, { recursive: true, force: true })
})

function run(env: Record<string, string> = {}, options: Parameters<typeof spawnAgent>[1] = {}): AgentProcess {
  const agent = spawnAgent({ ...setting.env, ...env }, options)
  processes.push(agent)
  return agent
}

const messages = () => broker.entries().map(({ message }) => message)

test('SIGTERM while the broker hangs ends the process within its time, and the next one sends everything once', async () => {
  broker.behave = () => 'hang'
  writeFileSync(setting.logs, 'one\ntwo\n')
  const agent = run({ SHUTDOWN_GRACE_MS: '1000' })
  await until(() => broker.pushes.length > 0, { what: 'a push' })
  const startedMs = Date.now()
  agent.child.kill('SIGTERM')
  expect(await agent.exited).toBe(0)
  expect(Date.now() - startedMs).toBeLessThan(2_000)
  broker.behave = () => 'keep'
  run()
  await until(() => messages().length >= 2, { what: 'both lines' })
  expect(messages()).toEqual(['one', 'two'])
})

test('a pipe is read from standard input, and the process ends with it', async () => {
  const agent = run({ STDIN: 'true', FOLLOW: '' }, { stdin: 'pipe' })
  agent.child.stdin?.end('a\nb\nc')
  expect(await agent.exited).toBe(0)
  expect(messages()).toEqual(['a', 'b', 'c'])
})

test('an agent that follows its own output is silent when nothing happens', async () => {
  const agent = run()
  await until(() => agent.output().includes('started'), { what: 'the start', timeoutMs: 20_000 })
  // What a supervisor does: the output goes to a file that is followed.
  writeFileSync(setting.logs, agent.output())
  await until(() => messages().length > 0, { what: 'its own line' })
  writeFileSync(join(setting.directory, 'other.log'), 'x\n')
  await until(() => messages().includes('x'), { what: 'another line' })
  expect(agent.output().trim().split('\n')).toHaveLength(1)
})

test('SIGHUP has the process read its file again, and a faulty one keeps it running as it was', async () => {
  const file = join(setting.directory, 'agent.toml')
  writeFileSync(file, '[agent.logging]\nmin_level = "ERROR"')
  const agent = run({ LOGBOOM_CONFIG: file })
  const told = (text: string) => agent.output().split(text).length - 1
  await until(() => told('"msg":"started"') === 1, { what: 'the start', timeoutMs: 20_000 })
  agent.child.kill('SIGHUP')
  await until(() => told('configuration read again') === 1, {
    what: 'the file to be read again',
    timeoutMs: 20_000,
  })
  rmSync(file)
  agent.child.kill('SIGHUP')
  await until(() => told('agent.toml cannot be read (ENOENT)') === 1, { what: 'the refusal' })
  writeFileSync(setting.logs, '[WARN] one\n[ERROR] two\n')
  await until(() => messages().length > 0, { what: 'a line' })
  expect(messages()).toEqual(['[ERROR] two'])
})

test('a bad configuration tells all faults at once and no secret, and exits with 2', async () => {
  const agent = run({ MIN_LEVEL: 'loud', BUFFER_SIZE: '0', AGENT_ID: 'x' })
  expect(await agent.exited).toBe(2)
  for (const name of ['MIN_LEVEL', 'BUFFER_SIZE', 'AGENT_ID']) expect(agent.output()).toContain(name)
  expect(agent.output()).not.toContain(setting.env['AGENT_PAK'])
})

test('a file that may not be read is warned of once, read when it may be, and a gap when it is gone before', async () => {
  const secret = join(setting.directory, 'secret.log')
  writeFileSync(setting.logs, 'readable\n')
  writeFileSync(secret, 'hidden\n')
  chmodSync(secret, 0)
  mkdirSync(join(setting.directory, 'spool'), { mode: 0o700 })
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    // Root may read everything: the agent runs as nobody.
    chownSync(setting.directory, 65_534, 65_534)
    chownSync(join(setting.directory, 'spool'), 65_534, 65_534)
  }
  const agent = run({}, isRoot ? { uid: 65_534 } : {})
  const warnings = () => agent.output().split('file cannot be read').length - 1
  await until(() => messages().includes('readable'), { what: `the readable file; ${agent.output()}` })
  await until(() => warnings() === 1, { what: 'the warning' })
  chmodSync(secret, 0o644)
  await until(() => messages().includes('hidden'), { what: 'the file that can be read now' })
  writeFileSync(join(setting.directory, 'gone.log'), 'never\n', { mode: 0 })
  await until(() => warnings() === 2, { what: 'the second warning' })
  rmSync(join(setting.directory, 'gone.log'))
  await until(() => broker.gaps().length === 1, { what: 'the gap' })
  expect(broker.gaps()[0]).toMatchObject({
    reason: 'unreadable',
    bytes: 6,
    exact: false,
    container_name: 'gone.log',
  })
  expect(warnings()).toBe(2)
})
