import { join } from 'node:path'
import { checkMigrations, listSigningKeys, openDatabase } from '@logboom/db'
import type { Database } from '@logboom/db'
import { openQueueDepth } from '@logboom/queue'
import type { QueueDepthView } from '@logboom/queue'
import { cachedReadiness, listenHttp, openAuth, openPrivateKey, serveOps, tlsOf } from '@logboom/service'
import type { Lifecycle, Logger, SigningKey } from '@logboom/service'
import { Registry } from 'prom-client'
import { createApp } from './app.ts'
import { databaseUrlOf } from './config.ts'
import type { QueryConfig } from './config.ts'
import { loadExplorer } from './explorer/load-explorer.ts'
import type { Explorer } from './explorer/load-explorer.ts'
import { createFollowMetrics } from './follow/follow-metrics.ts'
import { openFollowing } from './follow/open-following.ts'
import { createMetrics } from './metrics.ts'
import { openGates } from './open-gates.ts'
import { openLookups } from './open-lookups.ts'

/**
 * Searches take milliseconds: compiling a plan takes longer than most of them. What is looked for lies in memory or on a
 * disk that does not seek: by PostgreSQL's default, 100 look-ups cost more than reading all streams.
 */
const searchSettings = { jit: 'off', random_page_cost: '1.1' }

/** Opens what query-api needs and serves its API. Needs PostgreSQL, of which a replica will do. */
export async function startQueryApi(
  config: QueryConfig,
  life: Lifecycle,
  log: Logger,
): Promise<{ port: number; url: string }> {
  const registry = new Registry()
  const db = openSearchDatabase(config, life, log)
  let served: { port: number; url: string } | undefined
  const ready = cachedReadiness({
    postgresql: () => db.ping(),
    api: async () => mustBe(served !== undefined), // nobody must be sent here before it listens
  })
  await serveOps(life, { registry, ready }, { port: config.OPS_PORT, host: config.OPS_HOST })
  await checkMigrations(db.pool)
  const signingKeys = () => readSigningKeys(db, config.SIGNING_KEY_SECRET)
  await signingKeys() // a secret that opens no key is told now, not to each caller
  const lookups = { ...openLookups(config, db, life, log), signingKeys }
  const { authenticator, tokens } = openAuth(config, lookups, (cache) => cache)
  const app = createApp({
    config,
    explorer: openExplorer(config),
    db,
    queueDepth: openQueue(config, life, log),
    following: openFollowing({ db, config, life, log, metrics: createFollowMetrics(registry) }),
    authenticator,
    tokens,
    metrics: createMetrics(registry, db),
    gates: openGates(config, registry),
    stopping: life.signal,
    registry,
    log,
  })
  served = await listenHttp(life, 'http', app, {
    port: config.PORT,
    host: config.HOST,
    tls: tlsOf(config),
    upgrades: true,
  })
  return served
}

function openSearchDatabase(config: QueryConfig, life: Lifecycle, log: Logger): Database {
  const db = openDatabase({
    url: databaseUrlOf(config),
    applicationName: 'logboom-query-api',
    connectionsMax: config.DATABASE_CONNECTIONS,
    statementTimeoutMs: config.STATEMENT_TIMEOUT_MS,
    prepare: config.PREPARED_STATEMENTS,
    settings: searchSettings,
    onError: (err) => log.warn('idle database connection lost', { err }),
  })
  life.onClose('database', () => db.close())
  return db
}

/** What it would tell is worth no wait at the start: whoever asks while Redis is away is told that nothing is known. */
function openQueue(config: QueryConfig, life: Lifecycle, log: Logger): QueueDepthView | null {
  if (config.REDIS_URL === undefined) return null
  const view = openQueueDepth({ url: config.REDIS_URL, shards: config.QUEUE_SHARDS, log })
  life.onClose('queue', async () => view.close())
  return view
}

/** apps/query-api/src → apps/explorer/dist */
const builtBeside = join(import.meta.dirname, '../../explorer/dist')

function openExplorer({ EXPLORER_DIR: asked }: QueryConfig): Explorer | undefined {
  const explorer = loadExplorer(asked ?? builtBeside)
  if (!explorer && asked !== undefined) throw new Error(`EXPLORER_DIR: there is no index.html in ${asked}`)
  return explorer
}

function mustBe(ready: boolean): void {
  if (!ready) throw new Error('not ready')
}

/** ingest-api makes the keys; whoever only reads may stand on a replica. */
async function readSigningKeys(db: Database, secret: string): Promise<SigningKey[]> {
  const stored = await listSigningKeys(db)
  return stored.map(({ kid, privateSealed }) => ({ kid, jwk: openPrivateKey(privateSealed, secret) }))
}
