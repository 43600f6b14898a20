import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callOk, startSystem } from '@logboom/system'
import type { AgentAccount, System } from '@logboom/system'
import { freePort } from '@logboom/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'

let system: System
let agent: AgentAccount
let dir: string
/** Of somebody who has logged in. */
let env: Record<string, string>

const lines = [
  ['web-1', 'INFO', 'started'],
  ['web-1', 'INFO', 'request one'],
  ['db-1', 'INFO', 'of another container'],
  ['web-1', 'ERROR', 'connection \u001b[2Jlost\u202e'],
  ['web-1', 'INFO', 'request two'],
  ['web-1', 'INFO', 'request three'],
  ['db-1', 'FATAL', '=cmd|calc'],
] as const

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'logboom-cli-'))
  env = { XDG_CONFIG_HOME: join(dir, 'config') }
  system = await startSystem()
  agent = await system.createAgent()
  const from = Date.now() - 60_000
  const logs = lines.map(([pod_name, level, message], n) => ({
    timestamp: new Date(from + n * 1_000).toISOString(),
    namespace: 'production',
    pod_name,
    container_name: 'app',
    level,
    message,
    attributes: { trace_id: `t${n % 2}` },
    labels: { app: pod_name.split('-')[0] },
  }))
  const path = `${system.ingestUrl}/api/v1/agents/${agent.id}/logs`
  const gap = {
    ...logs[1],
    from: logs[1]?.timestamp,
    to: logs[2]?.timestamp,
    lines: 12,
    reason: 'rotated',
    exact: true,
  }
  await callOk('POST', path, { as: agent.pak, body: { logs, gaps: [gap] }, headers: { Prefer: 'wait=10' } })
  const { code, stderr } = await runCli(['login', system.queryUrl], env, `${system.admin}\n`)
  if (code !== 0) throw new Error(stderr)
})

afterAll(async () => {
  await system.close()
  rmSync(dir, { recursive: true, force: true })
})

const cli = (...args: string[]) => runCli(args, env)
const messages = (stdout: string) => stdout.trimEnd().split('\n').filter(Boolean)

describe('a login', () => {
  test('is kept where only its owner can read it, and is nowhere in what is printed', async () => {
    const path = join(dir, 'config/logboom/config.json')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(dir, 'config/logboom')).mode & 0o777).toBe(0o700)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      current: 'default',
      profiles: { default: { url: system.queryUrl, key: system.admin } },
    })
    const { code, stdout, stderr } = await cli('whoami')
    expect([code, stdout.includes('an admin key'), (stdout + stderr).includes(system.admin)]).toEqual([
      0,
      true,
      false,
    ])
  })

  test('with a key that is wrong is not kept', async () => {
    const key = system.admin.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x'))
    const end = await runCli(['login', system.queryUrl], { XDG_CONFIG_HOME: join(dir, 'other') }, key)
    expect(end).toMatchObject({ code: 3, stdout: '' })
    expect(end.stderr).toContain('log in with a key that works')
    expect(() => statSync(join(dir, 'other'))).toThrow('ENOENT')
  })

  test('is refused over http:// beyond this machine, before the key is sent', async () => {
    const end = await runCli(['login', 'http://192.0.2.1'], env, system.admin)
    expect([end.code, end.stderr]).toEqual([2, expect.stringContaining('--insecure')])
  })

  test('of several brokers has a name each; a key file and logout do what they say', async () => {
    const mine = { XDG_CONFIG_HOME: join(dir, 'several') }
    const keyFile = join(dir, 'agent.pak')
    writeFileSync(keyFile, `${agent.pak}\n`)
    await runCli(['login', system.queryUrl], mine, system.admin)
    const login = ['login', system.ingestUrl, '--profile', 'edge', '--key-file', keyFile]
    expect((await runCli(login, mine)).code).toBe(0)
    expect((await runCli(['whoami'], mine)).stdout).toContain(`the key of agent ${agent.id}`)
    expect((await runCli(['whoami', '--profile', 'default'], mine)).stdout).toContain('an admin key')
    expect((await runCli(['logout'], mine)).code).toBe(0)
    expect((await runCli(['whoami'], mine)).stdout).toContain('an admin key')
    expect(await runCli(['whoami', '--profile', 'edge'], mine)).toMatchObject({ code: 3, stdout: '' })
  })

  test('is not needed where the environment names broker and key, and a kept key goes to its own broker only', async () => {
    const nowhere = { XDG_CONFIG_HOME: join(dir, 'nowhere') }
    const given = { ...nowhere, LOGBOOM_URL: system.queryUrl, LOGBOOM_KEY: system.admin }
    expect((await runCli(['whoami'], given)).code).toBe(0)
    expect(await runCli(['whoami'], nowhere)).toMatchObject({ code: 3, stdout: '' })
    const elsewhere = await runCli(['whoami'], { ...env, LOGBOOM_URL: system.ingestUrl })
    expect([elsewhere.code, elsewhere.stderr]).toEqual([3, expect.stringContaining('set LOGBOOM_KEY, too')])
  })
})

describe('a search', () => {
  test('shows the newest lines, the oldest of them first, and nothing that a terminal obeys', async () => {
    const { code, stdout, stderr } = await cli('logs', '--utc')
    expect(code).toBe(0)
    expect(messages(stdout).map((line) => line.replace(/^\S+ \S+Z/, ''))).toEqual([
      ' INFO  agent-1 production/web-1/app started',
      ' INFO  agent-1 production/web-1/app request one',
      ' INFO  agent-1 production/db-1/app of another container',
      ' ERROR agent-1 production/web-1/app connection \\x1b[2Jlost\\u202e',
      ' INFO  agent-1 production/web-1/app request two',
      ' INFO  agent-1 production/web-1/app request three',
      ' FATAL agent-1 production/db-1/app =cmd|calc',
    ])
    expect(stderr).toContain('-- gap: 12 lines missing of agent-1 production/web-1/app')
    expect(stderr).toContain('agent agent-1 has not said how far it has read')
  })

  test('finds by every filter', async () => {
    const found = async (...args: string[]) => messages((await cli('logs', '-o', 'raw', ...args)).stdout)
    expect(await found('-l', 'error,fatal')).toHaveLength(2)
    expect(await found('--min-level', 'fatal')).toEqual(['=cmd|calc'])
    expect(await found('REQUEST', 't')).toEqual(['request two', 'request three'])
    expect(await found('-q', '/one|two/')).toEqual(['request one', 'request two'])
    expect(await found('--pod', 'db')).toHaveLength(2)
    expect(await found('--label', 'app=db', '-a', 'agent-1', '-c', 'app')).toHaveLength(2)
    expect(await found('--attr', 'trace_id=t1')).toHaveLength(3)
    expect(await found('--tail', '2')).toEqual(['request three', '=cmd|calc'])
    expect(await found('--limit', '2', '--order', 'asc')).toEqual(['started', 'request one'])
    expect(await found('--limit', '2', '--order', 'desc')).toEqual(['=cmd|calc', 'request three'])
    expect(await found('-s', '57s', '--pod', 'web')).not.toContain('started')
  })

  test('gives JSON and CSV to programs', async () => {
    const { stdout: json } = await cli('logs', '-o', 'json', '-l', 'error')
    expect(JSON.parse(json)).toMatchObject({ level: 'ERROR', message: 'connection \u001b[2Jlost\u202e' })
    expect(json).toContain(String.raw`\u001b[2Jlost\u202e`)
    const { stdout: csv } = await cli('logs', '-o', 'csv', '-l', 'fatal')
    expect(csv).toMatch(/^timestamp,level,.*\n2.*,FATAL,production,db-1,app,"'=cmd\|calc",/)
  })

  test('shows what is around a hit, each line once, as grep does', async () => {
    const { stdout } = await cli('logs', 'connection', '-C', '1', '--utc')
    expect(messages(stdout).map((line) => `${line.slice(0, 2)}${line.split('/app ')[1]}`)).toEqual([
      '  request one',
      '> connection \\x1b[2Jlost\\u202e',
      '  request two',
    ])
    const { stdout: apart } = await cli('logs', '/started|three/', '-C', '1', '-o', 'text')
    expect(messages(apart).filter((line) => line === '--')).toHaveLength(1)
  })

  test('without a line ends with 1 where that is asked for, and says how far that can be believed', async () => {
    expect((await cli('logs', 'nobody wrote this')).code).toBe(0)
    const { code, stdout, stderr } = await cli('logs', 'nobody wrote this', '--exit-code')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/(^|\n)no line matches\nnot known to be complete; agent agent-1 has not said/)
    expect((await cli('logs', 'nobody wrote this', '--exit-code', '--quiet')).stderr).toBe('')
  })
})

describe('what goes wrong is one sentence and an exit code', () => {
  test.each([
    [['logs', '--nonsense'], 2, "unknown option '--nonsense'"],
    [['lgs'], 2, "unknown command 'lgs'\n(Did you mean logs?)"],
    [['logs', '-a', 'nobody'], 2, "there is no agent 'nobody'"],
    [['logs', '-s', 'yesterday'], 2, 'since: must be ISO 8601'],
    [['logs', '--work-order', '00000000-0000-4000-8000-000000000000'], 2, 'work order'],
    [['logs', '-f', '--all'], 2, 'cannot be used with'],
    [['keys', 'revoke', 'logboom_abcdefgh_secret'], 2, 'whole key'],
    [['agents', 'delete', 'agent-1'], 2, '--yes'],
  ])('%j', async (args, code, said) => {
    const end = await cli(...args)
    expect([end.code, end.stdout]).toEqual([code, ''])
    expect(end.stderr).toContain(said)
    expect(end.stderr).not.toMatch(/ at .*\.ts:/)
  })

  test('the request id is shown to those who ask for more', async () => {
    expect((await cli('logs', '-s', 'x')).stderr).not.toContain('request_id')
    expect((await cli('logs', '-s', 'x', '--verbose')).stderr).toMatch(/\nrequest_id: [\w-]{8,}\n/)
  })

  test('a key that may not do it is 3, a broker that is away or none at all is 4', async () => {
    const asAgent = { ...env, LOGBOOM_URL: system.queryUrl, LOGBOOM_KEY: agent.pak }
    expect(await runCli(['keys'], asAgent)).toMatchObject({ code: 3, stdout: '' })
    const away = { ...asAgent, LOGBOOM_URL: `http://127.0.0.1:${await freePort()}` }
    const end = await runCli(['logs'], away)
    expect([end.code, end.stderr]).toEqual([4, expect.stringContaining('is the broker running?')])
    const stranger = createServer((_, res) => res.writeHead(502).end('<html>')).listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    const { port } = stranger.address() as { port: number } // of a server that listens
    const other = await runCli(['logs'], { ...asAgent, LOGBOOM_URL: `http://127.0.0.1:${port}` })
    stranger.close()
    expect([other.code, other.stderr]).toEqual([4, expect.stringContaining('not as a Logboom broker does')])
  })
})

test('a reader that has enough ends it quietly', async () => {
  const command = `"$NODE" "$MAIN" logs | head -1; echo "\${PIPESTATUS[0]}"`
  const main = join(import.meta.dirname, '../../tools/cli/src/main.ts')
  const child = spawn('bash', ['-c', command], {
    env: { ...process.env, ...env, NODE: process.execPath, MAIN: main },
  })
  let output = ''
  let notes = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (notes += String(chunk)))
  await once(child, 'close')
  expect(messages(output)).toEqual([expect.stringContaining('started'), '0'])
  expect(notes).not.toContain('EPIPE')
})
