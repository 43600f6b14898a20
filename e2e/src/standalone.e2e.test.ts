import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { endLeftovers } from '@logboom/servers'
import { freePort, until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

const MAIN = join(import.meta.dirname, '../../tools/standalone/src/main.ts')
// What would make it use other servers, or other settings, than its own.
const OTHERS =
  /^(DATABASE_URL|READ_DATABASE_URL|REDIS_URL|SIGNING_KEY_SECRET|LOGBOOM_CONFIG|LOG_LEVEL|npm_.*|FOLLOW.*)$/

interface Standalone {
  child: ChildProcess
  exited: Promise<number | string>
  stdout(): string
  stderr(): string
}

interface Entry {
  timestamp: string
  namespace: string
  pod_name: string
  container_name: string
  level: string | null
  message: string
}

interface Page {
  logs: Entry[]
  total: number
}

const dir = mkdtempSync(join(tmpdir(), 'logboom-standalone-'))
const dataDir = join(dir, '.logboom')
const followed = join(dir, 'app.log')
let port: number
let running: Standalone

beforeAll(async () => {
  chmodSync(dir, 0o711) // as root, PostgreSQL runs as another user
  port = await freePort()
  appendFileSync(followed, 'INFO there before the start\n')
  running = await startReady()
})

afterAll(async () => {
  running.child.kill('SIGKILL')
  if (existsSync(dataDir)) await endLeftovers(dataDir)
  rmSync(dir, { recursive: true, force: true })
})

function start(...args: string[]): Standalone {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OTHERS.test(name)))
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: dir, env })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  const exited = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'neither code nor signal'))
  })
  return { child, exited, stdout: () => output.stdout, stderr: () => output.stderr }
}

async function startReady(): Promise<Standalone> {
  const started = start('--port', String(port), '--follow', join(dir, '*.log'))
  const isUp = () => {
    if (started.child.exitCode !== null) throw new Error(started.stderr())
    return started.stdout().includes('Ctrl-C stops all of it')
  }
  await until(isUp, { what: 'npm start to be up', timeoutMs: 90_000 })
  return started
}

async function search(query: string): Promise<Page> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/logs?total=exact&limit=1000&${query}`, {
    headers: { Authorization: `Bearer ${readFileSync(join(dataDir, 'admin.pak'), 'utf8').trim()}` },
  })
  if (response.status !== 200) throw new Error(await response.text())
  return (await response.json()) as Page // as the contract of the route has it
}

async function untilStored(query: string, lines: number): Promise<Entry[]> {
  const find = async () => {
    const { logs, total } = await search(query)
    return total >= lines ? { logs } : undefined
  }
  const found = await until(find, { what: `${lines} lines with ${query}`, timeoutMs: 20_000 })
  return found?.logs ?? []
}

/** How many lines are stored when there were no new ones for so long. */
async function untilQuiet(quietMs: number): Promise<number> {
  let last = { total: -1, sinceMs: Date.now() }
  const isQuiet = async () => {
    const { total } = await search('')
    if (total !== last.total) last = { total, sinceMs: Date.now() }
    return Date.now() - last.sinceMs >= quietMs
  }
  await until(isQuiet, {
    what: `${quietMs} ms without a new line`,
    timeoutMs: quietMs + 20_000,
    intervalMs: 200,
  })
  return last.total
}

function serverPids(): number[] {
  return ['postgres', 'redis'].map((name) => {
    const { run } = JSON.parse(readFileSync(join(dataDir, `${name}.json`), 'utf8')) as {
      run: { server: { pid: number } }
    } // its own state
    return run.server.pid
  })
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a line written to a followed file is found seconds later, with where it came from, its level and its nanoseconds', async () => {
  appendFileSync(followed, 'WARN the disk of node-7 is nearly full\nWARN the disk of node-7 is nearly full\n')
  const logs = await untilStored('container_name=app.log&q=node-7', 2)
  expect(logs).toHaveLength(2)
  for (const entry of logs) {
    expect(entry).toMatchObject({ namespace: 'host', container_name: 'app.log', level: 'WARN' })
    expect(entry.message).toBe('WARN the disk of node-7 is nearly full')
    expect(entry.pod_name).not.toBe('')
    expect(entry.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
  }
  expect(new Set(logs.map(({ timestamp }) => timestamp)).size).toBe(2)
})

test('what stood in the file before, and the logs of PostgreSQL, Redis and the services are there as well', async () => {
  expect(await untilStored('q=there+before+the+start', 1)).toHaveLength(1)
  for (const log of ['postgres.log', 'redis.log', 'services.log']) {
    expect(await untilStored(`container_name=${log}`, 1)).not.toHaveLength(0)
  }
})

test('the three printed curl lines work as they stand', async () => {
  const lines = running.stdout().match(/^ {2}curl .*$/gm) ?? []
  expect(lines).toHaveLength(3)
  const answers = await Promise.all(
    lines.map((line) => promisify(execFile)('sh', ['-c', line], { cwd: '/' })),
  )
  const [newest, filtered, pushed] = answers.map(
    ({ stdout }) => JSON.parse(stdout) as Record<string, unknown>,
  )
  expect(newest).toHaveProperty('logs.length', 5)
  expect(filtered).toHaveProperty('logs.0.container_name', 'postgres.log')
  expect(pushed).toMatchObject({ received: 1, stored: 1 })
  await untilStored('namespace=production', 1)
})

test('a start in a folder or on a port that is in use says so in one line, and harms nothing', async () => {
  const again = start('--port', String(await freePort()))
  expect(await again.exited).toBe(1)
  expect(again.stderr()).toMatch(/^logboom: Logboom already runs in .*\n$/)
  const elsewhere = start('--port', String(port), '--data', join(dir, 'other'))
  expect(await elsewhere.exited).toBe(1)
  expect(elsewhere.stderr()).toMatch(new RegExp(`^logboom: port ${port} is taken .*--port ${port + 1}\n$`))
  expect((await search('')).logs).not.toHaveLength(0)
})

test('an option that does not exist is refused before anything starts', async () => {
  const wrong = start('--folow', '/var/log/*.log')
  expect(await wrong.exited).toBe(2)
  expect(wrong.stderr()).toContain("Unknown option '--folow'")
})

test('no key stands in what it prints to a pipe or writes into its logs, and the files with keys are their owner’s alone', () => {
  const secrets = ['admin.pak', 'agent.pak', 'signing-key.secret'].map((name) => join(dataDir, name))
  expect(secrets.map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600, 0o600])
  const logs = ['postgres.log', 'redis.log', 'logs/services.log'].map((name) =>
    readFileSync(join(dataDir, name), 'utf8'),
  )
  const written = [running.stdout(), running.stderr(), ...logs].join('\n')
  expect(secrets.filter((path) => written.includes(readFileSync(path, 'utf8').trim()))).toEqual([])
})

test('ten idle seconds store nothing: following its own logs, it does not feed on itself', async () => {
  const bytes = () =>
    ['postgres.log', 'redis.log', 'logs/services.log'].map((name) => statSync(join(dataDir, name)).size)
  await untilQuiet(1_000)
  const before = bytes()
  await untilQuiet(10_000)
  expect(bytes()).toEqual(before)
})

test('killed and started again, it has every line once and the same keys and agent', async () => {
  const keys = readFileSync(join(dataDir, 'admin.pak'), 'utf8')
  const agents = readdirSync(join(dataDir, 'spool'))
  appendFileSync(followed, Array.from({ length: 500 }, (_, index) => `INFO killed ${index}\n`).join(''))
  running.child.kill('SIGKILL')
  await running.exited
  appendFileSync(followed, 'INFO written while nothing ran\n')
  running = await startReady()
  await untilStored('q=written+while+nothing+ran', 1)
  await untilQuiet(1_000)
  const { logs } = await search('container_name=app.log')
  const lines = readFileSync(followed, 'utf8').trimEnd().split('\n')
  expect(logs.map(({ message }) => message).toSorted()).toEqual(lines.toSorted())
  expect(readFileSync(join(dataDir, 'admin.pak'), 'utf8')).toBe(keys)
  expect(readdirSync(join(dataDir, 'spool'))).toEqual(agents)
})

test('Ctrl-C ends it with 0 and leaves no process', async () => {
  const pids = serverPids()
  expect(pids.map(isRunning)).toEqual([true, true])
  running.child.kill('SIGINT')
  expect(await running.exited).toBe(0)
  expect(pids.map(isRunning)).toEqual([false, false])
  expect(running.stderr()).toMatch(/logboom: stopped\n$/)
})
