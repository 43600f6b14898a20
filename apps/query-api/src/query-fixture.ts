import { randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import { LogPage } from '@logboom/contracts'
import type { JobGap } from '@logboom/contracts'
import { createAgent, insertPak, openDatabase } from '@logboom/db'
import type { Database } from '@logboom/db'
import { createLifecycle, createLogger, issuePak, parseConfig } from '@logboom/service'
import { openTestDatabase } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import { z } from 'zod'
import { QueryConfig } from './config.ts'
import { storeLines } from './line-fixture.ts'
import type { Line } from './line-fixture.ts'
import { startQueryApi } from './start.ts'

export interface Answer {
  status: number
  headers: Headers
  /** Parsed JSON of whatever shape; empty for what is no JSON. */
  body: Record<string, unknown>
  text: string
}

export interface TestQueryApi {
  url: string
  databaseUrl: string
  db: Database
  pool: TestDatabase['pool']
  admin: string
  /** Microseconds since 1970, as this machine and its PostgreSQL have them. */
  nowUs: number
  logged(): string
  get(path: string, as?: string | null): Promise<Answer>
  call(method: string, path: string, as: string | null): Promise<Answer>
  /** A page of entries; fails for anything else. */
  page(path: string, as?: string): Promise<LogPage>
  /** A whole list, two items at a time; each page must have the shape of a list. `query` begins with `&`. */
  list<T>(name: string, item: z.ZodType<T>, query?: string, as?: string): Promise<T[]>
  createAgent(): Promise<{ id: string; pak: string }>
  issueReader(scope: { agents?: string[]; namespaces?: string[] }): Promise<string>
  /** Stores lines the way the writer does; returns their ids in the order given. */
  store(agentId: string, lines: Line[], gaps?: Partial<JobGap>[]): Promise<string[]>
  close(): Promise<void>
}

/**
 * The whole service, as it starts in production, over a database of its own, which `detour` may lead it to
 * another way.
 */
export async function openQueryApi(
  settings: Record<string, string> = {},
  detour: (url: URL) => void = () => {},
): Promise<TestQueryApi> {
  const database = await openTestDatabase()
  const db = openDatabase({ url: database.url, applicationName: 'test' })
  const { log, logged } = createMemoryLog()
  const life = createLifecycle(log, { graceMs: 5_000 })
  const databaseUrl = new URL(database.url)
  detour(databaseUrl)
  const env = { ...local, DATABASE_URL: databaseUrl.href, ...settings }
  const { url } = await startQueryApi(parseConfig('query-api', QueryConfig, { env }), life, log)
  const admin = await issue(db, { kind: 'admin' })
  return {
    url,
    databaseUrl: database.url,
    db,
    pool: database.pool,
    admin,
    nowUs: Date.now() * 1000,
    logged,
    get: (path, as = admin) => call(url, 'GET', path, as),
    call: (method, path, as) => call(url, method, path, as),
    page: async (path, as = admin) => LogPage.parse(bodyOf(await call(url, 'GET', path, as))),
    list: (name, item, query = '', as = admin) =>
      readList((path) => call(url, 'GET', path, as), name, item, query),
    async createAgent() {
      const agent = await createAgent(db, { name: randomUUID(), clusterName: 'test', labels: {}, limits: {} })
      if (agent === 'taken') throw new Error('a random name is taken')
      return { id: agent.id, pak: await issue(db, { kind: 'agent', agentId: agent.id }) }
    },
    issueReader: ({ agents, namespaces }) =>
      issue(db, { kind: 'reader', scopeAgents: agents, scopeNamespaces: namespaces }),
    store: (agentId, lines, gaps = []) => storeLines(db, agentId, lines, gaps),
    async close() {
      await life.stop('test over')
      await db.close()
      await database.close()
    },
  }
}

const local = {
  SIGNING_KEY_SECRET: 'a secret of thirty-two characters',
  PORT: '0',
  OPS_PORT: '0',
  HOST: '127.0.0.1',
  OPS_HOST: '127.0.0.1',
}

function createMemoryLog() {
  let text = ''
  const destination = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  return { log: createLogger('query-api', { level: 'debug', destination }), logged: () => text }
}

async function call(url: string, method: string, path: string, as: string | null): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: as === null ? {} : { Authorization: `Bearer ${as}` },
  })
  const text = await response.text()
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : {}, text }
}

function bodyOf({ status, body, text }: Answer): Record<string, unknown> {
  if (status !== 200) throw new Error(text)
  return body
}

async function readList<T>(
  get: (path: string) => Promise<Answer>,
  name: string,
  item: z.ZodType<T>,
  query: string,
): Promise<T[]> {
  const key = name.split('/').at(-1)?.replaceAll('-', '_') ?? ''
  const Page = z.strictObject({
    [key]: z.array(item),
    has_more: z.boolean(),
    next_cursor: z.string().nullable(),
  })
  const items: T[] = []
  let cursor = ''
  do {
    const body = Page.parse(bodyOf(await get(`/api/v1/${name}?limit=2${query}${cursor}`)))
    items.push(...z.array(item).parse(body[key]))
    cursor = body.has_more ? `&cursor=${String(body.next_cursor)}` : ''
  } while (cursor !== '')
  return items
}

async function issue(
  db: Database,
  key: Omit<Parameters<typeof insertPak>[1], 'short' | 'longHash' | 'label'>,
) {
  const { pak, short, longHash } = issuePak()
  await insertPak(db, { ...key, short, longHash, label: 'test' })
  return pak
}
