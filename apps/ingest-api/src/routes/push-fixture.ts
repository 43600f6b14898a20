import { Writable } from 'node:stream'
import { createAgent, insertPak, openDatabase } from '@logboom/db'
import type { Database } from '@logboom/db'
import { createLifecycle, createLogger, issuePak, parseConfig, secretsOf } from '@logboom/service'
import { freePort, openTestDatabase, openTestRedis } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import { IngestConfig } from '../config.ts'
import { startIngestApi } from '../start.ts'

export interface Answer {
  status: number
  headers: Headers
  /** Parsed JSON of whatever shape. */
  body: Record<string, unknown>
  text: string
}

export interface PushCall {
  /** Default: the agent's own key; null = none. */
  as?: string | null
  agentId?: string
  headers?: Record<string, string>
}

export interface TestAgent {
  id: string
  pak: string
}

export interface TestIngest {
  url: string
  db: Database
  pool: TestDatabase['pool']
  redisUrl: string
  agent: TestAgent
  /** An agent without a past, with these limits of its own. */
  createAgent(limits?: Record<string, number>): Promise<TestAgent>
  /** A body that is no text or bytes is sent as JSON. */
  push(body: unknown, call?: PushCall): Promise<Answer>
  /** Sums of `logboom_entries_total` by fate, and what was received. */
  fates(): Promise<Record<string, number>>
  /** Throws unless received = accepted + expired + rejected + replayed. */
  checkSums(): Promise<void>
  logged(): string
  close(): Promise<void>
}

export interface IngestOptions {
  env?: Record<string, string>
  redis?: { url: string; close(): Promise<void> }
  /** Where it finds the database of the given URL; default: there. */
  databaseUrl?: (url: string) => string
}

export const signingSecret = 'a secret of thirty-two characters'

/** ingest-api as it is, over a database and a Redis of its own. */
export async function openIngest(options: IngestOptions = {}): Promise<TestIngest> {
  const database = await openTestDatabase()
  const redis = options.redis ?? (await openTestRedis())
  const db = openDatabase({ url: database.url, applicationName: 'test' })
  const opsPort = await freePort()
  const api = await start({
    DATABASE_URL: options.databaseUrl?.(database.url) ?? database.url,
    REDIS_URL: redis.url,
    SIGNING_KEY_SECRET: signingSecret,
    OPS_PORT: String(opsPort),
    PORT: '0',
    HOST: '127.0.0.1',
    OPS_HOST: '127.0.0.1',
    LOG_LEVEL: 'debug',
    REQUESTS_PER_MINUTE: '100000',
    REQUEST_BURST: '10000',
    ...options.env,
  })
  const agent = await makeAgent(db)
  const fates = () => readFates(`http://127.0.0.1:${opsPort}/metrics`)
  return {
    ...api,
    db,
    pool: database.pool,
    redisUrl: redis.url,
    agent,
    createAgent: (limits) => makeAgent(db, limits),
    push: (body, call) => push(api.url, agent, body, call),
    fates,
    checkSums: async () => checkSums(await fates()),
    async close() {
      await api.stop()
      await db.close()
      await database.close()
      await redis.close()
    },
  }
}

async function start(env: Record<string, string>) {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const config = parseConfig('ingest-api', IngestConfig, { env })
  const secrets = secretsOf('ingest-api', IngestConfig, config)
  const log = createLogger('ingest-api', { level: 'debug', destination, secrets })
  const life = createLifecycle(log, { graceMs: 20_000 })
  const { url } = await startIngestApi(config, life, log)
  return { url, logged: () => lines.join(''), stop: () => life.stop('test') }
}

let agents = 0

async function makeAgent(db: Database, limits: Record<string, number> = {}): Promise<TestAgent> {
  const made = await createAgent(db, { name: `agent-${++agents}`, clusterName: 'test', labels: {}, limits })
  if (made === 'taken') throw new Error('the name is taken')
  return { id: made.id, pak: await makePak(db, { kind: 'agent', agentId: made.id }) }
}

/** A new key. */
export async function makePak(
  db: Database,
  given: { kind: 'admin' | 'reader' } | { kind: 'agent'; agentId: string; expiresAt?: Date },
): Promise<string> {
  const { pak, short, longHash } = issuePak()
  await insertPak(db, { ...given, short, longHash, label: 'test' })
  return pak
}

async function push(url: string, agent: TestAgent, body: unknown, call: PushCall = {}): Promise<Answer> {
  const { as = agent.pak, agentId = agent.id, headers = {} } = call
  const sent =
    typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body)
  const response = await fetch(`${url}/api/v1/agents/${agentId}/logs`, {
    method: 'POST',
    body: sent,
    headers: {
      ...(as !== null && { Authorization: `Bearer ${as}` }),
      'Content-Type': 'application/json',
      ...headers,
    },
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: JSON.parse(text), text }
}

async function readFates(url: string): Promise<Record<string, number>> {
  const text = await (await fetch(url)).text()
  const sums: Record<string, number> = { received: 0, accepted: 0, expired: 0, rejected: 0, replayed: 0 }
  for (const [, fate = '', count] of text.matchAll(/^logboom_entries_total\{.*fate="(\w+)".*\} (\d+)$/gm))
    sums[fate] = (sums[fate] ?? 0) + Number(count)
  sums['received'] = Number(/^logboom_entries_received_total (\d+)$/m.exec(text)?.[1])
  return sums
}

function checkSums(fates: Record<string, number>): void {
  const { received, accepted = 0, expired = 0, rejected = 0, replayed = 0 } = fates
  if (received === accepted + expired + rejected + replayed) return
  throw new Error(`fates do not add up: ${JSON.stringify(fates)}`)
}

/** An entry of just now. */
export function freshEntry(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const timestamp = new Date().toISOString().replace('Z', '456789Z')
  return { timestamp, namespace: 'production', pod_name: 'web-1', message: 'hello', ...changes }
}
