import { freePort } from '@logboom/servers'
import type { Environment, RoleName } from './start-role.ts'
import type { Servers } from './start-servers.ts'

export type ServiceName = Exclude<RoleName, 'agent'>

export interface RoleEnvironments {
  ingestUrl: string
  queryUrl: string
  of(app: ServiceName): Environment
}

export const signingSecret = 'e2e-signing-secret-of-more-than-32-characters'
export const shutdownGraceMs = 15_000

// Long enough for a busy machine, short enough that a test can wait for the jobs of a writer that was killed.
const jobLockMs = 4_000

/** What the services of one system are told, everything by environment; replicas share a role's. */
export async function chooseEnvironments({ postgres, redis }: Servers): Promise<RoleEnvironments> {
  const [ingestPort, queryPort] = [await freePort(), await freePort()]
  const ingestUrl = `http://127.0.0.1:${ingestPort}`
  const queryUrl = `http://127.0.0.1:${queryPort}`
  const common = { DATABASE_URL: postgres.url, SHUTDOWN_GRACE_MS: String(shutdownGraceMs) }
  const api = { ...common, SIGNING_KEY_SECRET: signingSecret, HOST: '127.0.0.1' }
  const environments = {
    'ingest-api': { ...api, REDIS_URL: redis.url, PORT: String(ingestPort), PEER_URL: queryUrl },
    'query-api': { ...api, REDIS_URL: redis.url, PORT: String(queryPort), PEER_URL: ingestUrl },
    'writer-worker': { ...common, REDIS_URL: redis.url, JOB_LOCK_MS: String(jobLockMs) },
    'retention-worker': { ...common, SIGNING_KEY_SECRET: signingSecret },
  } satisfies Record<ServiceName, Environment>
  return { ingestUrl, queryUrl, of: (app) => environments[app] }
}

/** PostgreSQL then tells whose sessions are at work. */
export function nameSession(env: Environment, name: string): Environment {
  const url = new URL(env['DATABASE_URL'] ?? '')
  url.searchParams.set('application_name', name)
  return { ...env, DATABASE_URL: url.href }
}
