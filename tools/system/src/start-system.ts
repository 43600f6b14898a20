import { Redis } from 'ioredis'
import pg from 'pg'
import { createAgent, initialise } from './create-accounts.ts'
import type { AgentAccount } from './create-accounts.ts'
import { chooseEnvironments, nameSession, signingSecret } from './role-environments.ts'
import type { RoleEnvironments, ServiceName } from './role-environments.ts'
import { startRole } from './start-role.ts'
import type { Environment, Role, RolePlan } from './start-role.ts'
import { startServers } from './start-servers.ts'
import type { Servers, ServersOptions } from './start-servers.ts'

export interface SystemOptions {
  /** Default 1. They are named writer-1, writer-2 … */
  writers?: number
  /** Of PostgreSQL and Redis. */
  servers?: ServersOptions
  /** What each process, by its name, is told differently; given the servers as they run. */
  changes?: (servers: Servers) => Promise<Record<string, Environment>>
}

interface Services {
  ingest: Role
  query: Role
  retention: Role
  writers: [Role, ...Role[]]
}

/** The whole of Logboom but the agent, each role a process that runs by its environment alone. */
export interface System extends Servers, Services {
  ingestUrl: string
  queryUrl: string
  /** Every process, those of `startRole` too. */
  roles: readonly Role[]
  admin: string
  /** Whatever must never be printed. */
  secrets: readonly string[]
  /** To look into the database, not through a role. */
  pool: pg.Pool
  /** To look into Redis. Fails fast while Redis is away. */
  lookRedis: Redis
  createAgent(): Promise<AgentAccount>
  /** A further process of the same system. */
  startRole(plan: StartPlan): Promise<Role>
}

type StartPlan = Pick<RolePlan, 'app' | 'env' | 'name'>
type Start = (plan: StartPlan) => Promise<Role>

export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const { writers = 1, changes } = options
  const servers = await startServers(options.servers)
  const roles: Role[] = []
  const start: Start = async (plan) => {
    const role = await startRole({ ...plan, dir: servers.dir })
    roles.push(role)
    return role
  }
  try {
    const environments = await chooseEnvironments(servers)
    const admin = await initialise(servers.postgres.url)
    const services = await startServices(start, environments, writers, (await changes?.(servers)) ?? {})
    return openSystem(servers, services, { environments, admin, roles, start })
  } catch (error) {
    await Promise.all(roles.map((role) => role.kill()))
    await servers.close()
    throw error
  }
}

async function startServices(
  start: Start,
  environments: RoleEnvironments,
  writerCount: number,
  changes: Record<string, Environment>,
): Promise<Services> {
  const startApp = (app: ServiceName, name: string = app) =>
    start({ app, name, env: nameSession({ ...environments.of(app), ...changes[name] }, name) })
  const names = Array.from({ length: writerCount }, (_, n) => `writer-${n + 1}`)
  const [ingest, query, retention, [writer, ...others]] = await Promise.all([
    startApp('ingest-api'),
    startApp('query-api'),
    startApp('retention-worker'),
    Promise.all(names.map((name) => startApp('writer-worker', name))),
  ])
  if (!writer) throw new Error('a system has at least one writer')
  return { ingest, query, retention, writers: [writer, ...others] }
}

interface Parts {
  environments: RoleEnvironments
  admin: string
  roles: Role[]
  start: Start
}

function openSystem(
  servers: Servers,
  services: Services,
  { environments, admin, roles, start }: Parts,
): System {
  const { ingestUrl, queryUrl } = environments
  const { pool, lookRedis } = openViews(servers)
  const passwords = [servers.postgres, servers.redis].map(({ url }) => new URL(url).password)
  const secrets = [admin, signingSecret, ...passwords]
  return {
    ...servers,
    ...services,
    ingestUrl,
    queryUrl,
    roles,
    admin,
    secrets,
    pool,
    lookRedis,
    startRole: start,
    async createAgent() {
      const agent = await createAgent(ingestUrl, admin)
      secrets.push(agent.pak)
      return agent
    },
    async close() {
      await Promise.all(roles.map((role) => role.kill()))
      lookRedis.disconnect()
      await pool.end()
      await servers.close()
    },
  }
}

function openViews({ postgres, redis }: Servers): { pool: pg.Pool; lookRedis: Redis } {
  const pool = new pg.Pool({ connectionString: postgres.url, max: 3, connectionTimeoutMillis: 2_000 })
  pool.on('error', () => undefined) // cut by a kill; the next query tells
  const lookRedis = new Redis(redis.url, {
    maxRetriesPerRequest: 0,
    commandTimeout: 1_000,
    retryStrategy: () => 100,
  })
  lookRedis.on('error', () => undefined)
  return { pool, lookRedis }
}
