import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

export interface MigrationOptions {
  url: string
  /** Default: `prisma/migrations` of this repository. */
  folder?: string
  onApplied?: (name: string) => void
}

/** Names of the migrations that were applied by this call. */
export type AppliedMigrations = string[]

interface Migration {
  name: string
  sql: string
  checksum: string
}

/** Marks a migration whose statements PostgreSQL refuses inside a transaction; it must be idempotent. */
const noTransactionMark = '-- logboom: no transaction'

/** Two processes that migrate at once take turns on this; transaction-level, so that PgBouncer may stand between. */
const lockKey = 7_226_142_001

/**
 * Applies `prisma/migrations` in order and keeps Prisma's own record of them (`_prisma_migrations`, same checksums),
 * so that `prisma migrate status` and `deploy` agree. Prisma's engine is a download, which closed networks refuse.
 * Throws when the database has migrations that this version does not know, or when an applied one was changed.
 */
export async function runMigrations(options: MigrationOptions): Promise<AppliedMigrations> {
  const known = await readMigrations(options.folder ?? defaultFolder())
  const client = new pg.Client({ connectionString: options.url, application_name: 'logboom-migrate' })
  await client.connect()
  try {
    const applied: AppliedMigrations = []
    for (const migration of known) {
      if (await applyOnce(client, migration, known)) {
        applied.push(migration.name)
        options.onApplied?.(migration.name)
      }
    }
    return applied
  } finally {
    await client.end()
  }
}

/** Throws unless the database stands exactly where this version of Logboom expects it. */
export async function checkMigrations(pool: pg.Pool, folder = defaultFolder()): Promise<void> {
  const known = await readMigrations(folder)
  const recorded = await pool
    .query<{ migration_name: string; checksum: string }>(
      'select migration_name, checksum from _prisma_migrations where finished_at is not null and rolled_back_at is null',
    )
    .then((result) => result.rows)
    .catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === '42P01') return []
      throw error
    })
  const missing = known.filter((migration) => !recorded.some((row) => row.migration_name === migration.name))
  if (missing.length > 0)
    throw new Error(`the database lacks migrations: ${missing.map((m) => m.name).join(', ')}`)
}

async function applyOnce(client: pg.Client, migration: Migration, known: Migration[]): Promise<boolean> {
  const alone = migration.sql.includes(noTransactionMark)
  await client.query('begin')
  try {
    await client.query('select pg_advisory_xact_lock($1)', [lockKey])
    await client.query(createRecordTable)
    if (await isApplied(client, migration, known)) {
      await client.query('commit')
      return false
    }
    if (!alone) await client.query(migration.sql)
    else await runOutsideTransaction(client, migration)
    await client.query(recordMigration, [randomUUID(), migration.checksum, migration.name])
    await client.query('commit')
    return true
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw new Error(`migration ${migration.name} failed`, { cause: error })
  }
}

/** The lock is held by the transaction of `client`, so a second connection runs the statements. */
async function runOutsideTransaction(client: pg.Client, migration: Migration): Promise<void> {
  const { connectionParameters } = client as unknown as { connectionParameters: pg.ClientConfig } // not in its types
  const other = new pg.Client(connectionParameters)
  await other.connect()
  try {
    for (const statement of migration.sql.split(/;\s*$/m)) if (statement.trim()) await other.query(statement)
  } finally {
    await other.end()
  }
}

async function isApplied(client: pg.Client, migration: Migration, known: Migration[]): Promise<boolean> {
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished_at: Date | null }>(
    'select migration_name, checksum, finished_at from _prisma_migrations where rolled_back_at is null',
  )
  const stranger = rows.find((row) => !known.some((one) => one.name === row.migration_name))
  if (stranger) {
    throw new Error(
      `the database is newer than this version of Logboom: it has ${stranger.migration_name}, which is unknown here`,
    )
  }
  const record = rows.find((row) => row.migration_name === migration.name)
  if (!record) return false
  if (record.finished_at === null)
    throw new Error(`${migration.name} was begun by another tool and not finished`)
  if (record.checksum !== migration.checksum)
    throw new Error(`${migration.name} was changed after it was applied`)
  return true
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted()
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

function defaultFolder(): string {
  return fileURLToPath(new URL('../../../prisma/migrations', import.meta.url))
}

/** Prisma's own table, column for column. */
const createRecordTable = `
  create table if not exists _prisma_migrations (
    id varchar(36) primary key,
    checksum varchar(64) not null,
    finished_at timestamptz,
    migration_name varchar(255) not null,
    logs text,
    rolled_back_at timestamptz,
    started_at timestamptz not null default now(),
    applied_steps_count integer not null default 0
  )`

const recordMigration = `
  insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
  values ($1, $2, $3, now(), now(), 1)`
