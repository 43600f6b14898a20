import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { endWithParent } from './end-with-parent.ts'
import { findRedis } from './find-redis.ts'
import type { RedisProgram } from './find-redis.ts'
import { choosePort } from './free-port.ts'
import type { Command, ServerPlan } from './launch-server.ts'
import { openServerState } from './server-state.ts'
import { superviseServer } from './supervise-server.ts'
import type { Server, Supervision } from './supervise-server.ts'

export type RedisOptions = Supervision & {
  /** Made when it is missing. Beside it stand `<dataDir>.json` (password and port, mode 0600) and `<dataDir>.log`. */
  dataDir: string
  /** Default: the port of the last start if it is still free, else any. */
  port?: number
  /** As in redis.conf. What does not fit is refused, never evicted. Default `256mb`. */
  maxMemory?: string
}

const PROBE_TIMEOUT_MS = 5_000
const IMAGE = 'redis:8-alpine'

/** Starts Redis (or Valkey) on 127.0.0.1, every write on disk before its answer, and waits until it has loaded its data. */
export async function startRedis(options: RedisOptions): Promise<Server> {
  const dataDir = resolve(options.dataDir)
  const program = await findRedis(options.log)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const state = await openServerState(`${dataDir}.json`)
  const port = await choosePort(options.port, state.lastPort)
  const { password } = state
  const { inContainer } = program
  const config = configOf({ dataDir, port, password, maxMemory: options.maxMemory ?? '256mb', inContainer })
  await writeFile(join(dataDir, 'redis.conf'), config, { mode: 0o600 }) // a password on the command line is public
  return superviseServer(
    {
      ...(inContainer ? containerOf(program, dataDir, port) : commandOf(program, dataDir)),
      name: 'Redis',
      url: `redis://:${password}@127.0.0.1:${port}`,
      port,
      logPath: `${dataDir}.log`,
      stopSignal: 'SIGTERM',
      probe: () => ping(port, password),
      state,
    },
    options,
  )
}

type Configuration = {
  dataDir: string
  port: number
  password: string
  maxMemory: string
  inContainer: boolean
}

function configOf({ dataDir, port, password, maxMemory, inContainer }: Configuration): string {
  const place = inContainer
    ? ['bind *', 'port 6379', 'dir /data']
    : ['bind 127.0.0.1', `port ${port}`, `dir ${JSON.stringify(dataDir)}`]
  const durability = ['appendonly yes', 'appendfsync always', 'save ""']
  const memory = [`maxmemory ${maxMemory}`, 'maxmemory-policy noeviction']
  return [...place, `requirepass ${password}`, ...durability, ...memory, ''].join('\n')
}

function commandOf({ command, libraryPath }: RedisProgram, dataDir: string): Command {
  const env = libraryPath === undefined ? process.env : { ...process.env, LD_LIBRARY_PATH: libraryPath }
  return { ...endWithParent(command, [join(dataDir, 'redis.conf')], 'SIGTERM'), options: { env } }
}

function containerOf(
  { command }: RedisProgram,
  dataDir: string,
  port: number,
): Command & Pick<ServerPlan, 'deliver'> {
  const name = `logboom-redis-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`
  const docker = (...args: string[]) => execFileSync(command, args, { stdio: 'ignore' })
  const us = process.getuid && process.getgid ? ['--user', `${process.getuid()}:${process.getgid()}`] : []
  const wiring = ['--publish', `127.0.0.1:${port}:6379`, '--volume', `${dataDir}:/data`]
  docker('rm', '--force', name) // left by one of us that was killed
  return {
    command,
    args: ['run', '--rm', '--name', name, ...us, ...wiring, IMAGE, 'redis-server', '/data/redis.conf'],
    // A signal to the docker command that freezes or kills does not reach the container.
    deliver: (signal) => void docker('kill', '--signal', signal, name),
  }
}

/** Resolves on PONG; rejects on anything else, such as LOADING while the append file is read. */
function ping(port: number, password: string): Promise<void> {
  return new Promise((answered, failed) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let reply = ''
    socket.setTimeout(PROBE_TIMEOUT_MS, () => socket.destroy(new Error('no answer')))
    socket.once('error', failed)
    socket.once('close', () => failed(new Error(reply)))
    socket.on('data', (chunk) => {
      reply += chunk.toString()
      if (!reply.endsWith('\r\n') || reply.split('\r\n').length < 3) return
      if (reply === '+OK\r\n+PONG\r\n') answered()
      socket.destroy()
    })
    socket.write(`AUTH ${password}\r\nPING\r\n`)
  })
}
