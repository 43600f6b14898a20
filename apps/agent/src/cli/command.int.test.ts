import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '@logboom/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { agentSetting, spawnAgent } from '../agent-fixture.ts'
import type { AgentProcess } from '../agent-fixture.ts'
import { openFakeBroker } from '../fake-broker-fixture.ts'
import type { FakeBroker } from '../fake-broker-fixture.ts'
import { version } from '../version.ts'

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

function run(args: string[], env: Record<string, string> = {}, stdin: 'ignore' | 'pipe' = 'ignore') {
  const agent = spawnAgent(env, { args, stdin, cwd: setting.directory })
  processes.push(agent)
  return agent
}

const file = (name: string, text: string) => {
  const path = join(setting.directory, name)
  writeFileSync(path, text)
  return path
}

test('an agent that is told everything by its command line sends a file of a relative path to its broker', async () => {
  file('app,1.log', 'one\ntwo\n')
  const key = file('key', 'logboom_Ab3dEf9h_K3sVbQ9wZtYx8uRm2pLh7nDf4cGj\n')
  const who = [
    '--broker',
    broker.url,
    '--agent-id',
    '018f6f3e-0000-7000-8000-000000000001',
    '--pak-file',
    key,
  ]
  const how = ['--spool-dir', 'spool', '--set', 'FLUSH_INTERVAL_SECONDS=0.1', '--set=OPS_PORT=0']
  const agent = run([...who, ...how, '--file', 'app,1.log'])
  await until(() => broker.entries().length === 2, {
    what: `two lines; ${agent.output()}`,
    timeoutMs: 20_000,
  })
  expect(broker.pushes[0]?.authorization).toBe('Bearer logboom_Ab3dEf9h_K3sVbQ9wZtYx8uRm2pLh7nDf4cGj')
  agent.child.kill('SIGTERM')
  expect(await agent.exited).toBe(0)
})

test('--dry-run prints what would be sent, masked, to the end of its input, with no broker and nothing left behind', async () => {
  const spools = () => readdirSync(tmpdir()).filter((name) => name.startsWith('logboom-dry-run-'))
  const before = spools()
  const agent = run(['--stdin', '--dry-run', '--min-level=WARN'], {}, 'pipe')
  agent.child.stdin?.end('[INFO] no\n[WARN] password=hunter2hunter2\nplain')
  expect(await agent.exited).toBe(0)
  const lines = agent.printed().trim().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'WARN', message: '[WARN] password=[masked]', container_name: 'stdin' },
    { message: 'plain' },
  ])
  expect(spools().filter((name) => !before.includes(name))).toEqual([])
})

test('--dry-run follows files until it is stopped, and needs no key', async () => {
  file('app.log', 'one\n')
  const agent = run(['--dry-run', '--file', '*.log'])
  await until(() => agent.printed().includes('"message":"one"'), {
    what: `the line; ${agent.output()}`,
    timeoutMs: 20_000,
  })
  agent.child.kill('SIGINT')
  expect(await agent.exited).toBe(0)
})

test('an agent that is given nothing to read says so', async () => {
  const agent = run(['--dry-run'])
  await until(() => agent.output().includes('nothing is read'), {
    what: `the warning; ${agent.output()}`,
    timeoutMs: 20_000,
  })
  agent.child.kill('SIGTERM')
  expect(await agent.exited).toBe(0)
})

test('--dry-run ends by itself when nobody reads on, as behind `| head`', async () => {
  file('app.log', 'a line of some length\n'.repeat(20_000))
  const agent = run(['--dry-run', '--file', 'app.log'])
  agent.child.stdout?.once('data', () => agent.child.stdout?.destroy())
  expect(await agent.exited).toBe(0)
  expect(agent.output()).toContain('standard output was closed')
  expect(agent.output()).not.toContain('the broker takes no batches')
})

test('--print-config shows what is in force and from where, as a file would say it, and no secret', async () => {
  const yaml = 'agent: { agent_pak: hush-hush-hush, spool_dir: /var/spool, logging: { min_level: WARN } }'
  const config = file('agent.yaml', yaml)
  const env = { ...setting.env, AGENT_PAK: '', SPOOL_DIR: '', BUFFER_SIZE: '7' }
  const agent = run(['--config', config, '--print-config', '--set=MAX_LINE_BYTES=5000'], env)
  expect(await agent.exited).toBe(0)
  const text = agent.printed()
  expect(text).toContain('min_level = "WARN"  # MIN_LEVEL of the file\n')
  expect(text).toContain('buffer_size = 7  # BUFFER_SIZE of the environment\n')
  expect(text).toContain('max_line_bytes = 5000  # MAX_LINE_BYTES of the command line\n')
  expect(text).toContain('max_message_length = 4096\n')
  expect(text).toContain('# agent_pak = "[masked]"  # AGENT_PAK of the file\n')
  expect(agent.output()).not.toContain('hush')
  const again = run(['--config', file('printed.toml', text), '--check-config'], {
    AGENT_PAK_FILE: '/run/pak',
  })
  expect([await again.exited, again.output()]).toEqual([0, 'the configuration is good\n'])
})

test('--check-config tells every fault and exits with 2', async () => {
  const agent = run(['--check-config', '--min-level=loud', '--broker=http://far.example.com', '--agent-id=x'])
  expect(await agent.exited).toBe(2)
  for (const name of ['MIN_LEVEL', 'BROKER_URL', 'AGENT_ID', 'AGENT_PAK'])
    expect(agent.output()).toContain(name)
})

test.each([
  [
    'a file that is not there',
    ['--config', 'none.yaml', '--check-config'],
    'none.yaml cannot be read (ENOENT)',
  ],
  ['an unknown option', ['--brokre'], "Unknown option '--brokre'"],
  ['an unknown setting', ['--set', 'BUFFER_SISE=1', '--check-config'], 'no setting BUFFER_SISE'],
])('%s is told in words, and exits with 2', async (_what, args, words) => {
  const agent = run(args)
  expect([await agent.exited, agent.printed()]).toEqual([2, ''])
  expect(agent.output()).toContain(words)
})

test('redact --test shows each line as it would be sent, and how many held what', async () => {
  const path = file('app.log', 'fine\npassword=hunter2 token=abcdefghij\nDB_PASSWORD=x1\n')
  const agent = run(['redact', '--test', path])
  expect(await agent.exited).toBe(0)
  expect(agent.printed()).toBe('fine\npassword=[masked] token=[masked]\nDB_PASSWORD=[masked]\n')
  expect(agent.output()).toContain('2 of 3 lines held something to mask\n  password 2\n  token 1\n')
  const yaml = 'agent: { redact_off: [token], redact_rules: [{ name: staff, pattern: "S-[0-9]+" }] }'
  const own = run([
    'redact',
    '--config',
    file('own.yaml', yaml),
    '--test',
    file('own.log', 'token=abcdefghij S-123\n'),
  ])
  expect([await own.exited, own.printed()]).toEqual([0, 'token=abcdefghij [masked]\n'])
  const absent = run(['redact', '--test', 'none.log'])
  expect([await absent.exited, absent.output()]).toEqual([
    1,
    'logboom-agent: none.log cannot be read (ENOENT)\n',
  ])
})

test('--version says the version, --help how it is used', async () => {
  const agent = run(['--version'])
  expect([await agent.exited, agent.output()]).toEqual([0, `logboom-agent ${version}\n`])
  const help = run(['--help'])
  expect([await help.exited, help.printed().includes('--dry-run')]).toEqual([0, true])
})
