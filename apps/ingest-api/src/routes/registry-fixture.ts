import { once } from 'node:events'
import { createServer } from 'node:http'
import { Writable } from 'node:stream'
import { defaultAgentLimits } from '@logboom/contracts'
import type { BatchJob } from '@logboom/contracts'
import {
  ensureFirstAdmin,
  findPak,
  findSession,
  isUnavailable,
  openDatabase,
  touchSession,
} from '@logboom/db'
import type { Database } from '@logboom/db'
import {
  createAuthenticator,
  createCredentialCache,
  createHttpApp,
  createLogger,
  createOidcLogin,
  createSessions,
  createTickets,
  createTokens,
  finishHttpApp,
  issuePak,
  sessionIdleSeconds,
} from '@logboom/service'
import { openTestDatabase } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import { Registry } from 'prom-client'
import { loadSigningKeys } from '../load-signing-keys.ts'
import type { RegistryDeps } from '../registry-deps.ts'
import { registryRoutes } from '../registry-routes.ts'
import { createRevocableCache } from '../revocable-cache.ts'

export interface Answer {
  status: number
  headers: Headers
  /** Parsed JSON of whatever shape; empty when the answer has no body. */
  body: Record<string, unknown>
  text: string
}

export interface Call {
  /** Default: the admin's key; null = none. */
  as?: string | null
  body?: unknown
  /** Sent as it is, in place of `body`. */
  raw?: string
  headers?: Record<string, string>
}

export interface TestRegistry {
  db: Database
  pool: TestDatabase['pool']
  admin: string
  /** All that was enqueued, the newest last. */
  jobs: BatchJob[]
  /** All that was logged. */
  logged(): string
  call(method: string, path: string, call?: Call): Promise<Answer>
  /** A new agent and a key of it. */
  createAgent(): Promise<{ id: string; pak: string; pakId: string }>
  close(): Promise<void>
}

export const signingSecret = 'a secret of thirty-two characters'

/** The registry's routes behind a real server, over a database of its own. */
export async function openRegistry(changes: Partial<RegistryDeps> = {}): Promise<TestRegistry> {
  const database = await openTestDatabase()
  const db = openDatabase({ url: database.url, applicationName: 'test' })
  const jobs: TestRegistry['jobs'] = []
  const enqueue: RegistryDeps['enqueue'] = async (job) => void jobs.push(job)
  const admin = await ensureFirstAdmin(db, { issue: issuePak, label: 'test' })
  if (admin === null) throw new Error('a new database has no admin')
  const served = await serve({ ...depsOf(db), enqueue, ...changes })
  const call = caller(served.url, admin)
  return {
    db,
    pool: database.pool,
    admin,
    jobs,
    logged: served.logged,
    call,
    createAgent: () => createAgent(call),
    async close() {
      await served.close()
      await db.close()
      await database.close()
    },
  }
}

function depsOf(db: Database): Omit<RegistryDeps, 'enqueue'> {
  const credentials = createRevocableCache(
    createCredentialCache({
      findByShort: (short) => findPak(db, { short }),
      findById: (id) => findPak(db, { id }),
      isUnavailable,
    }),
  )
  const tokens = createTokens({ keys: () => loadSigningKeys(db, signingSecret), issuer: 'logboom' })
  const sessions = createSessions({ find: (tokenHash) => findSession(db, { tokenHash }), isUnavailable })
  const onSessionUsed = (tokenHash: string) =>
    touchSession(db, { tokenHash, idleSeconds: sessionIdleSeconds })
  const authenticator = createAuthenticator({ cache: credentials, sessions, tokens, onSessionUsed })
  const tickets = createTickets({ place: null, secret: signingSecret })
  const login = createOidcLogin({
    clients: [],
    verifier: { verifyIdToken: async () => Promise.reject(new Error('there is no issuer')) },
    secret: signingSecret,
  })
  const findFollow = async () => null
  const rules = { defaultLimits: defaultAgentLimits, futureSkewUsMax: 3_600e6 }
  return { db, authenticator, credentials, login, sessions, tickets, tokens, findFollow, ...rules }
}

async function serve(deps: RegistryDeps) {
  let logged = ''
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged += String(chunk)
      done()
    },
  })
  const log = createLogger('test', { level: 'debug', destination })
  const app = createHttpApp({ log, registry: new Registry(), service: 'test' })
  app.use(registryRoutes(deps))
  finishHttpApp(app, log)
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    logged: () => logged,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function caller(url: string, admin: string): TestRegistry['call'] {
  return async (method, path, { as = admin, body, raw, headers = {} } = {}) => {
    const sent = raw ?? (body === undefined ? null : JSON.stringify(body))
    const response = await fetch(url + path, {
      method,
      body: sent,
      headers: {
        ...(as !== null && { Authorization: `Bearer ${as}` }),
        ...(sent !== null && { 'Content-Type': 'application/json' }),
        ...headers,
      },
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : {}, text }
  }
}

let agents = 0

async function createAgent(call: TestRegistry['call']): Promise<{ id: string; pak: string; pakId: string }> {
  const agent = await call('POST', '/api/v1/agents', {
    body: { name: `agent-${++agents}`, cluster_name: 'test' },
  })
  const pak = await call('POST', `/api/v1/agents/${String(agent.body['id'])}/paks`)
  return { id: String(agent.body['id']), pak: String(pak.body['pak']), pakId: String(pak.body['id']) }
}
