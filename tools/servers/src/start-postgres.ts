import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import pg from 'pg'
import { endWithParent } from './end-with-parent.ts'
import { choosePort } from './free-port.ts'
import { ADMINISTRATOR, initialisePostgres } from './initialise-postgres.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { chooseRunUser, commandAs } from './run-user.ts'
import { openServerState } from './server-state.ts'
import { superviseServer } from './supervise-server.ts'
import type { Server, Supervision } from './supervise-server.ts'

export type PostgresOptions = Supervision & {
  /** Made when it is missing. Beside it stand `<dataDir>.json` (password and port, mode 0600) and `<dataDir>.log`. */
  dataDir: string
  /** Default: the port of the last start if it is still free, else any. */
  port?: number
  /** As in postgresql.conf, over defaults that lose nothing. `fsync: 'off'` makes tests fast. */
  settings?: Record<string, string>
}

const DATABASE = 'logboom'
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '', // the path of one has 107 bytes at most, and a data folder may lie deeper
  log_line_prefix: '%m [%p] %q%u@%d ', // time with ms, process, user@database; PostgreSQL adds the level
  log_timezone: 'UTC',
  timezone: 'UTC',
}

/** Starts PostgreSQL 18 on 127.0.0.1, making its data on the first start, and waits until it answers. */
export async function startPostgres(options: PostgresOptions): Promise<Server> {
  const dataDir = resolve(options.dataDir)
  // Others may pass through: as root, PostgreSQL runs as another user than the owner of the folder.
  await mkdir(dirname(dataDir), { recursive: true, mode: 0o711 })
  const state = await openServerState(`${dataDir}.json`)
  const user = chooseRunUser(dataDir)
  const { initdb, postgres } = await findPostgresBinaries(user)
  if (!existsSync(dataDir)) {
    options.log?.('making the data folder of PostgreSQL')
    const durable = options.settings?.fsync !== 'off'
    await initialisePostgres({ initdb, dataDir, password: state.password, user, durable })
  }
  const port = await choosePort(options.port, state.lastPort)
  const urlOf = (database: string) =>
    `postgresql://${ADMINISTRATOR}:${state.password}@127.0.0.1:${port}/${database}`
  const settings = { ...SETTINGS, ...options.settings, port: String(port) }
  const flags = [
    '-D',
    dataDir,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  const stopSignal = 'SIGINT' // its "fast" shutdown: ends sessions and writes a checkpoint
  return superviseServer(
    {
      ...commandAs(user, dirname(dataDir), endWithParent(postgres, flags, stopSignal)),
      name: 'PostgreSQL',
      url: urlOf(DATABASE),
      port,
      logPath: `${dataDir}.log`,
      stopSignal,
      probe: () => ensureDatabase(urlOf('postgres')),
      state,
    },
    options,
  )
}

/** Connects, and makes our database when it is missing; rejects while PostgreSQL does not answer. */
async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
  })
  client.on('error', () => undefined) // also thrown by the query, which tells
  try {
    await client.connect()
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1::text', [DATABASE])
    if (rowCount === 0) await client.query(`create database ${DATABASE}`)
  } finally {
    await client.end().catch(() => undefined)
  }
}
