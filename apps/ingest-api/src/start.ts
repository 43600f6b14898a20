import {
  checkMigrations,
  findPak,
  findSession,
  isUnavailable,
  openDatabase,
  touchPak,
  touchSession,
} from '@logboom/db'
import type { Database } from '@logboom/db'
import { encodeJob, openBatchQueue, openTickets } from '@logboom/queue'
import type { BatchQueue, TicketStore } from '@logboom/queue'
import {
  cachedReadiness,
  createOidcLogin,
  listenHttp,
  openAuth,
  serveOps,
  sessionIdleSeconds,
  tlsOf,
} from '@logboom/service'
import type { Auth, Lifecycle, Logger } from '@logboom/service'
import { Registry } from 'prom-client'
import { createApp } from './app.ts'
import type { AppDeps } from './app.ts'
import { limitsOf, oidcClientsOf } from './config.ts'
import type { IngestConfig } from './config.ts'
import { createFaultGuard } from './fault-guard.ts'
import { loadSigningKeys } from './load-signing-keys.ts'
import { createMetrics } from './metrics.ts'
import { createOutageWarning } from './outage-warning.ts'
import { openPushSources } from './push-sources.ts'
import { createRevocableCache } from './revocable-cache.ts'
import type { RevocableCache } from './revocable-cache.ts'

/** Opens what ingest-api needs and serves its API. Needs Redis to accept, PostgreSQL only to learn credentials. */
export async function startIngestApi(
  config: IngestConfig,
  life: Lifecycle,
  log: Logger,
): Promise<{ url: string }> {
  const metrics = new Registry()
  const queue = await openQueue(config, log)
  life.onClose('queue', () => queue.close())
  const tickets = openTickets({ url: config.REDIS_URL, log })
  life.onClose('tickets', async () => tickets.close())
  let served: { url: string } | undefined
  const ready = cachedReadiness({
    redis: async () => mustBe(queue.ready()),
    api: async () => mustBe(served !== undefined), // nobody must be sent here before it listens
  })
  await serveOps(life, { registry: metrics, ready }, { port: config.OPS_PORT, host: config.OPS_HOST })

  const onAway = createOutageWarning((fields) =>
    log.warn('registry could not be read, going on with what is known', fields),
  )
  const db = openDatabase({
    url: config.DATABASE_URL,
    applicationName: 'logboom-ingest-api',
    onError: onAway,
  })
  life.onClose('database', () => db.close())
  await checkMigrations(db.pool).catch((err: unknown) =>
    isUnavailable(err) ? onAway(err) : Promise.reject(err),
  )

  const app = createApp(appDeps({ config, queue, tickets, db, metrics, log, onAway }))
  served = await listenHttp(life, 'api', app, { port: config.PORT, host: config.HOST, tls: tlsOf(config) })
  return served
}

interface Opened {
  config: IngestConfig
  queue: BatchQueue
  tickets: TicketStore
  db: Database
  metrics: Registry
  log: Logger
  onAway: (err: unknown) => void
}

function appDeps({ config, queue, tickets, db, metrics, log, onAway }: Opened): AppDeps {
  const auth = openCredentials(config, db, tickets)
  const limits = limitsOf(config)
  const sources = openPushSources(db, config, log, onAway)
  const pushMetrics = createMetrics(metrics, queue.pressure)
  return {
    push: {
      ...sources,
      authenticator: auth.authenticator,
      queue,
      limits,
      faults: createFaultGuard(),
      bodies: { used: 0, max: config.MAX_BODIES_IN_FLIGHT_BYTES },
      metrics: pushMetrics,
    },
    registry: {
      db,
      ...auth,
      login: createOidcLogin({
        clients: oidcClientsOf(config),
        verifier: auth.oidc,
        secret: config.SIGNING_KEY_SECRET,
        onTrouble: (err) => log.warn('nobody can sign in at the OIDC issuer', { err }),
      }),
      defaultLimits: limits,
      futureSkewUsMax: sources.futureSkewUsMax,
      findFollow: queue.findFollow,
      async enqueue(job) {
        await queue.enqueue([{ jobId: job.header.job_id, data: encodeJob(job) }])
        pushMetrics.count(job.header.entries, {
          entries: job.header.entries,
          expired: 0,
          rejected: [],
          unlinked: 0,
        })
      },
    },
    metrics,
    log,
    peerUrl: config.PEER_URL,
    trustProxy: config.TRUST_PROXY,
  }
}

function openQueue(config: IngestConfig, log: Logger): Promise<BatchQueue> {
  return openBatchQueue({
    url: config.REDIS_URL,
    shards: config.QUEUE_SHARDS,
    memoryShareMax: config.QUEUE_MEMORY_SHARE,
    idempotencyTtlS: Math.round(config.IDEMPOTENCY_HOURS * 3600),
    allowUnsafeRedis: config.QUEUE_UNSAFE_REDIS,
    log,
  })
}

function openCredentials(config: IngestConfig, db: Database, tickets: TicketStore): Auth<RevocableCache> {
  const lookups = {
    findPak: (by: Parameters<typeof findPak>[1]) => findPak(db, by),
    signingKeys: () => loadSigningKeys(db, config.SIGNING_KEY_SECRET),
    touchPak: (id: string) => touchPak(db, { id }),
    findSession: (tokenHash: string) => findSession(db, { tokenHash }),
    touchSession: (tokenHash: string) => touchSession(db, { tokenHash, idleSeconds: sessionIdleSeconds }),
    ticketPlace: tickets,
    isUnavailable,
  }
  return openAuth(config, lookups, createRevocableCache)
}

function mustBe(ready: boolean): void {
  if (!ready) throw new Error('not ready')
}
