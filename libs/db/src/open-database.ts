import pg from 'pg'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from './generated/client.ts'
import { createStatementNames } from './statement-names.ts'
import type { StatementNames } from './statement-names.ts'

export interface DatabaseOptions {
  url: string
  /** Shown in pg_stat_activity. */
  applicationName: string
  connectionsMax?: number
  /** Until a connection is given out; pg itself would wait for ever. */
  connectTimeoutMs?: number
  /** PostgreSQL ends a statement that runs longer; 0 = no bound. */
  statementTimeoutMs?: number
  /** Settings of each connection, as in postgresql.conf. */
  settings?: Record<string, string>
  /** Keep frequent statements on each connection, see `queryPrepared`. Default: no. */
  prepare?: boolean
  /** Called for errors of idle connections, which are otherwise lost. */
  onError?: (error: Error) => void
}

/** One pool for everything: Prisma for the registry, plain SQL and COPY for lines. */
export interface Database {
  pool: pg.Pool
  prisma: PrismaClient
  /** Of the statements that are kept on each connection; null: none are. */
  names: StatementNames | null
  /** Of whoever reads through this: PostgreSQL ends the statements of searches when it is aborted. */
  signal?: AbortSignal
  /** Resolves when PostgreSQL answers, rejects when it does not. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** How much later than PostgreSQL itself we give a statement up. */
const unheardMs = 2_000

/** Opens nothing yet: connections are made when needed. Close it when done, or the process stays alive. */
export function openDatabase(options: DatabaseOptions): Database {
  const { statementTimeoutMs = 60_000 } = options
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.connectionsMax ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: statementTimeoutMs,
    // For a PostgreSQL that is frozen, or a host that vanished: neither ends a statement nor cuts the line.
    query_timeout: statementTimeoutMs && statementTimeoutMs + unheardMs,
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    ...(options.settings && { options: optionsOf(options.settings) }),
  })
  pool.on('error', (error) => options.onError?.(error))
  // a connection in use, or one that is being ended, has no listener of the pool's; unheard, its error ends the process
  pool.on('connect', (client) => client.on('error', () => undefined))
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  return {
    pool,
    prisma,
    names: options.prepare ? createStatementNames() : null,
    ping: async () => void (await pool.query('select 1')),
    close: async () => {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}

function optionsOf(settings: Record<string, string>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ')
}
