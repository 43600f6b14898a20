import { callOk, startSystem } from '@logboom/system'
import type { AgentAccount, System } from '@logboom/system'
import { freePort, until } from '@logboom/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'

let system: System
let agent: AgentAccount
let env: Record<string, string>

beforeAll(async () => {
  system = await startSystem()
  agent = await system.createAgent()
  env = { XDG_CONFIG_HOME: system.dir, LOGBOOM_URL: system.queryUrl, LOGBOOM_KEY: system.admin }
  const timestamp = new Date().toISOString()
  const stream = { namespace: 'production', pod_name: 'web-1', container_name: 'app' }
  const body = {
    logs: [{ ...stream, timestamp, message: 'one' }],
    gaps: [{ ...stream, from: timestamp, to: timestamp, lines: 12, reason: 'rotated', exact: true }],
  }
  const path = `${system.ingestUrl}/api/v1/agents/${agent.id}/logs`
  await callOk('POST', path, { as: agent.pak, body, headers: { Prefer: 'wait=10' } })
})
afterAll(() => system.close())

const cli = (...args: string[]) => runCli(args, env)

describe('agents, keys and retention', () => {
  test('an agent is made, shown, changed and deleted', async () => {
    const { stdout, code } = await cli(
      'agents',
      'create',
      'edge-9',
      '--cluster',
      'paris',
      '--label',
      'zone=a',
    )
    const id = stdout.trim()
    expect([code, id]).toEqual([0, expect.stringMatching(/^[\da-f-]{36}$/)])
    expect((await cli('agents')).stdout).toMatch(/^edge-9 +paris +ACTIVE +never /m)
    await cli('agents', 'update', 'paris/edge-9', '--limit', 'max_logs=5000', '--status', 'INACTIVE')
    const shown = await cli('agents', 'show', 'edge-9')
    expect(shown.stdout).toMatch(/^status +INACTIVE\n/m)
    expect(shown.stdout).toMatch(/^max logs +5 000 \(of its own\)\n/m)
    expect((await cli('agents', 'delete', 'edge-9', '--yes')).code).toBe(0)
    expect((await cli('agents', 'show', 'edge-9')).code).toBe(2)
  })

  test('a key is issued to a file, rotated and revoked, and each does what it should', async () => {
    const issued = await cli(
      'keys',
      'issue',
      '--reader',
      '--only-namespace',
      'production',
      '--label',
      'on call',
    )
    const asReader = (key: string) => runCli(['whoami'], { ...env, LOGBOOM_KEY: key })
    expect((await asReader(issued.stdout.trim())).stdout).toContain('only namespaces production')
    const [, short = ''] = issued.stdout.split('_')
    const rotated = await cli('keys', 'rotate', short, '--expires', '30d')
    expect(rotated.stderr).toContain(`the old key ${short} works until `)
    expect((await cli('keys')).stdout).toMatch(new RegExp(`^${short} +reader .* ends in 24 h `, 'm'))
    expect((await asReader(rotated.stdout.trim())).stdout).toContain('only namespaces production')
    expect((await cli('keys', 'revoke', short, '--yes')).code).toBe(0)
    const { stdout } = await cli('keys')
    expect(stdout).toMatch(new RegExp(`^${short} +reader +production +on call +revoked`, 'm'))
    expect(stdout).toMatch(/ reader +production +on call +ends in 30 d/)
  })

  test('receipts of a deletion are checked on this side, and a chain that is not the noted one is found out', async () => {
    await cli('agents', 'create', 'gone', '--cluster', 'c')
    await cli('agents', 'delete', 'gone', '--yes')
    await system.retention.stop()
    await system.retention.restart()
    const receipts = () => cli('retention', 'receipts')
    await until(async () => (await receipts()).stdout.includes('agent_deleted'), {
      what: 'a receipt',
      timeoutMs: 20_000,
    })
    const { code, stdout } = await cli('retention', 'verify')
    expect([code, stdout]).toEqual([0, expect.stringMatching(/all hold; the last one is \d+:[\da-f]{64}\n$/)])
    const [noted = ''] = /\d+:[\da-f]{64}/.exec(stdout) ?? []
    expect((await cli('retention', 'verify', '--expect', noted)).code).toBe(0)
    const other = await cli('retention', 'verify', '--expect', noted.replace(/.{8}$/, '00000000'))
    expect([other.code, other.stdout]).toEqual([1, expect.stringContaining('not the one that was noted')])
    await system.pool.query('update retention_receipts set rows = rows + 1 where number = 1')
    const forged = await cli('retention', 'verify')
    expect([forged.code, forged.stdout]).toEqual([1, 'receipt 1: its content was changed\n'])
  })

  test('classes are set, assigned, taken back and removed', async () => {
    expect((await cli('retention', 'classes', 'set', 'long', '3d', '--yes')).code).toBe(0)
    expect((await cli('retention', 'assign', 'long', '-n', 'production')).code).toBe(0)
    expect((await cli('retention')).stdout).toMatch(/^- +production +long$/m)
    expect((await cli('retention', 'classes', 'delete', 'long')).code).toBe(2)
    expect((await cli('retention', 'assign', '--remove', '-n', 'production')).code).toBe(0)
    expect((await cli('retention', 'classes', 'delete', 'long')).code).toBe(0)
  })

  test('stats, gaps, dead letters and the preview are shown', async () => {
    expect((await cli('stats')).stdout).toMatch(/^lines +1 \(/)
    expect((await cli('gaps')).stdout).toMatch(/ 12 +rotated +agent-1 +production\/web-1\/app$/m)
    expect(await cli('deadletters')).toMatchObject({ code: 0, stderr: 'there are no dead letters\n' })
    expect((await cli('retention', 'preview', '-o', 'json')).stdout).toContain('"total_rows": 0')
  })

  test('dead letters are listed, shown and deleted', async () => {
    const { rows } = await system.pool.query<{ id: string }>(
      `insert into dead_letters (agent_id, job_id, batch_id, reason, detail, stream, row_text, retention_class, created_at)
       select $1, 'j', 'b', 'sqlstate_22021', 'bad \u001b[2J', 'null', 'x', 1, now() from generate_series(1, 3) returning id`,
      [agent.id],
    )
    const [first = '', second = ''] = rows.map(({ id }) => id)
    const shown = await cli('deadletters', 'show', first)
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringMatching(/^detail +bad \\x1b\[2J$/m)])
    expect(await cli('deadletters', 'delete', second, '--yes')).toMatchObject({
      code: 0,
      stderr: 'deleted 1\n',
    })
    const { stdout } = await cli('deadletters')
    expect([stdout.includes(first), stdout.includes(second)]).toEqual([true, false])
    expect(await cli('deadletters', 'delete', '--all', '--yes')).toMatchObject({ stderr: 'deleted 2\n' })
    expect((await cli('deadletters', 'requeue')).code).toBe(2)
  })

  test('names of agents are completed, and a broker that is away only makes none', async () => {
    expect((await cli('__complete', '--', 'logs', '--agent', 'age')).stdout).toBe('agent-1\n')
    const away = { LOGBOOM_URL: `http://127.0.0.1:${await freePort()}`, LOGBOOM_KEY: agent.pak }
    expect(await runCli(['__complete', '--', 'logs', '-a', ''], away)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    })
  })
})
