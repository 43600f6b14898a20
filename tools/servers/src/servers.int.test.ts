import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startPostgres as openPostgres, startRedis as openRedis } from './index.ts'
import type { Exit, PostgresOptions, RedisOptions, Server } from './index.ts'
import { identify } from './process-table.ts'

const settings = { fsync: 'off' }
let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'logboom-servers-')) // mode 0700: as root, PostgreSQL's account is shut out
})
afterAll(() => rm(dir, { recursive: true }))

async function startPostgres(options: PostgresOptions): Promise<Server> {
  return stopInTheEnd(await openPostgres(options))
}

async function startRedis(options: RedisOptions): Promise<Server> {
  return stopInTheEnd(await openRedis(options))
}

function stopInTheEnd(server: Server): Server {
  onTestFinished(() => server.stop())
  return server
}

async function query(server: Server, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}

/** Sends inline commands (the password first) and returns the last answer. */
async function command(server: Server, line: string): Promise<string> {
  const socket = connect({ port: server.port, host: '127.0.0.1' })
  socket.write(`AUTH ${new URL(server.url).password}\r\n${line}\r\nQUIT\r\n`)
  const chunks = await socket.setEncoding('utf8').toArray()
  return chunks.join('').split('\r\n').slice(1, -2).join(' ')
}

/** A process that starts a server, tells its pid and waits to be killed or to end. */
async function startElsewhere(
  call: string,
  after = 'setInterval(() => {}, 1000)',
): Promise<{ pid: number; kill(): Promise<void> }> {
  const script = `import { startPostgres, startRedis } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))}
    const server = await ${call}
    console.log(server.pid)
    ${after}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const [line] = await once(child.stdout, 'data')
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
  }
  return { pid: Number(line), kill }
}

async function expectGone(pid: number): Promise<void> {
  await expect.poll(() => identify(pid), { timeout: 10_000 }).toBeUndefined()
}

test('PostgreSQL keeps its data and its port over a restart, a kill and a new start', async () => {
  const dataDir = join(dir, 'postgres')
  const first = await startPostgres({ dataDir, settings })
  await query(first, 'create table kept (n int)')
  await first.restart()
  await query(first, 'insert into kept values (1)')
  await first.kill('SIGKILL')
  await expect(query(first, 'select 1')).rejects.toThrow('ECONNREFUSED')
  await first.restart()
  expect(await query(first, 'select n from kept')).toEqual([{ n: 1 }])
  await first.stop()
  const second = await startPostgres({ dataDir, settings })
  expect(second.url).toBe(first.url)
  expect(await query(second, 'select n from kept')).toEqual([{ n: 1 }])
  expect(await query(second, `select current_setting('server_version_num')::int / 10000 as major`)).toEqual([
    { major: 18 },
  ])
  await second.stop()
  await expectGone(second.pid)
})

test('Redis has what it acknowledged after a kill', async () => {
  const redis = await startRedis({ dataDir: join(dir, 'redis') })
  expect(await command(redis, 'SET key kept')).toBe('+OK')
  await redis.kill('SIGKILL')
  await redis.restart()
  expect(await command(redis, 'GET key')).toContain('kept')
  expect(await command(redis, 'CONFIG GET appendfsync')).toContain('always')
  await redis.stop()
  await expectGone(redis.pid)
})

test.each([
  ['PostgreSQL', 'startPostgres', startPostgres],
  ['Redis', 'startRedis', startRedis],
])(
  '%s left by an owner that was killed is ended by the next start, even when it is frozen',
  async (_name, call, start) => {
    const dataDir = join(dir, `orphan-${call}`)
    const owner = await startElsewhere(`${call}({ dataDir: ${JSON.stringify(dataDir)} })`)
    process.kill(owner.pid, 'SIGSTOP')
    await owner.kill()
    expect(identify(owner.pid)).toBeDefined()
    const server = await start({ dataDir })
    expect(identify(owner.pid)).toBeUndefined()
    await server.stop()
  },
)

test('a server whose owner lives is not taken away', async () => {
  const dataDir = join(dir, 'shared')
  const redis = await startRedis({ dataDir })
  await expect(startRedis({ dataDir })).rejects.toThrow(`already runs, started by process ${process.pid}`)
  expect(await command(redis, 'PING')).toBe('+PONG')
})

test('servers end with an owner that forgets them', async () => {
  const dataDir = join(dir, 'forgotten')
  const owner = await startElsewhere(`startRedis({ dataDir: ${JSON.stringify(dataDir)} })`, '')
  await expectGone(owner.pid)
})

test('a port that is taken is named', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  await expect(startRedis({ dataDir: join(dir, 'port'), port })).rejects.toThrow(`port ${port} is taken`)
  taken.close()
})

test('a server that cannot start says why, from its log', async () => {
  const start = startPostgres({ dataDir: join(dir, 'refused'), settings: { shared_buffers: 'plenty' } })
  await expect(start).rejects.toThrow(
    /PostgreSQL ended at its start[^]*invalid value for parameter "shared_buffers"/,
  )
})

test('a supervised server comes back by itself, and tells', async () => {
  const exits: Exit[] = []
  const redis = await startRedis({
    dataDir: join(dir, 'supervised'),
    supervise: true,
    onExit: (exit) => exits.push(exit),
  })
  const { pid } = redis
  await redis.kill('SIGKILL')
  await expect.poll(() => command(redis, 'PING').catch(() => ''), { timeout: 10_000 }).toBe('+PONG')
  expect(exits).toEqual([{ code: null, signal: 'SIGKILL' }])
  expect(redis.pid).not.toBe(pid)
  await redis.stop()
  expect(exits).toHaveLength(1)
})

test('freezing PostgreSQL freezes sessions that are open', async () => {
  const postgres = await startPostgres({ dataDir: join(dir, 'frozen'), settings })
  const client = new pg.Client({ connectionString: postgres.url, query_timeout: 300 })
  await client.connect()
  await postgres.kill('SIGSTOP')
  await expect(client.query('select 1')).rejects.toThrow('timeout')
  await postgres.kill('SIGCONT')
  await expect(client.query('select 2 as n')).resolves.toMatchObject({ rows: [{ n: 2 }] })
  await client.end()
})

test('passwords stand in files that only their owner reads, never in arguments', async () => {
  const dataDir = join(dir, 'secret')
  const redis = await startRedis({ dataDir })
  expect(statSync(`${dataDir}.json`).mode & 0o777).toBe(0o600)
  expect(statSync(join(dataDir, 'redis.conf')).mode & 0o777).toBe(0o600)
  const { password } = new URL(redis.url)
  const args = execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(redis.pid)], { encoding: 'utf8' })
  expect(args).toMatch(/(redis|valkey)-server/)
  expect(args).not.toContain(password)
})
