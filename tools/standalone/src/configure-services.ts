import { AgentConfig } from '@logboom/agent/config'
import { IngestConfig } from '@logboom/ingest-api/config'
import { QueryConfig } from '@logboom/query-api/config'
import { RetentionConfig } from '@logboom/retention-worker/config'
import { parseConfig } from '@logboom/service'
import type { ConfigSources } from '@logboom/service'
import { WriterConfig } from '@logboom/writer-worker/config'

/** Where everything is, which standalone decides for the services. */
export interface Places {
  databaseUrl: string
  redisUrl: string
  signingKeySecret: string
  /** Where the public port is reached from this machine. */
  publicUrl: string
  host: string
  port: number
  ingestPort: number
  opsPorts: OpsPorts
  agentId: string
  agentPakFile: string
  spoolDir: string
  follow: string[]
  /** What else is read, as a user of a terminal asks for it. */
  docker: boolean
  kubernetes: boolean
}

export const services = ['retention-worker', 'writer-worker', 'ingest-api', 'query-api', 'agent'] as const
export type ServiceName = (typeof services)[number]
export type OpsPorts = Record<ServiceName, number>

export interface ServiceConfigs {
  'retention-worker': RetentionConfig
  'writer-worker': WriterConfig
  'ingest-api': IngestConfig
  'query-api': QueryConfig
  agent: AgentConfig
}

export const schemas = {
  'retention-worker': RetentionConfig,
  'writer-worker': WriterConfig,
  'ingest-api': IngestConfig,
  'query-api': QueryConfig,
  agent: AgentConfig,
}

const LOOPBACK = '127.0.0.1'

/**
 * The configuration of each service as its own process would read it, from the same environment and file, with
 * what ties them together in one process on top.
 * @throws {ConfigError} for the first service that has faults, with all of them
 */
export function configureServices({ env, ...file }: ConfigSources, places: Places): ServiceConfigs {
  const sourcesOf = (service: ServiceName, own: Record<string, string | undefined>): ConfigSources => ({
    ...file,
    env: {
      OPS_HOST: LOOPBACK,
      ...env,
      ...sharedOf(places),
      OPS_PORT: String(places.opsPorts[service]),
      ...own,
    },
  })
  const agent = parseConfig('agent', AgentConfig, sourcesOf('agent', agentOf(env, places)))
  return {
    'retention-worker': parseConfig('retention-worker', RetentionConfig, sourcesOf('retention-worker', {})),
    'writer-worker': parseConfig('writer-worker', WriterConfig, sourcesOf('writer-worker', {})),
    'ingest-api': parseConfig('ingest-api', IngestConfig, sourcesOf('ingest-api', ingestOf(env, places))),
    'query-api': parseConfig('query-api', QueryConfig, sourcesOf('query-api', queryOf(env, places))),
    // Not through FOLLOW, where a comma would part a path.
    agent: { ...agent, FOLLOW: [...places.follow, ...agent.FOLLOW] },
  }
}

function sharedOf({ databaseUrl, redisUrl, signingKeySecret }: Places): Record<string, string> {
  return { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, SIGNING_KEY_SECRET: signingKeySecret }
}

/** Reached through query-api, which stands before it: TLS ends there, and its word is taken for who the client is. */
function ingestOf(env: ConfigSources['env'], places: Places): Record<string, string | undefined> {
  return {
    HOST: LOOPBACK,
    PORT: String(places.ingestPort),
    PEER_URL: places.publicUrl,
    TRUST_PROXY: env['TRUST_PROXY'] ? `loopback, ${env['TRUST_PROXY']}` : 'loopback',
    TLS_CERT: undefined,
    TLS_KEY: undefined,
  }
}

function queryOf(env: ConfigSources['env'], places: Places): Record<string, string | undefined> {
  return {
    HOST: places.host,
    PORT: String(places.port),
    PEER_URL: ingestUrlOf(places),
    // A replica of another database than the one in use would show nothing.
    READ_DATABASE_URL: env['DATABASE_URL'] ? env['READ_DATABASE_URL'] : undefined,
  }
}

function agentOf(env: ConfigSources['env'], places: Places): Record<string, string | undefined> {
  return {
    AGENT_ID: places.agentId,
    AGENT_PAK: undefined,
    AGENT_PAK_FILE: places.agentPakFile,
    BROKER_URL: ingestUrlOf(places),
    SPOOL_DIR: places.spoolDir,
    ...(places.docker && { DOCKER: 'true' }),
    // Whoever tries it in a pod of a cluster does not mean to read that cluster.
    KUBERNETES: places.kubernetes ? 'api' : env['KUBERNETES'] || 'off',
    // No pod names an agent that was registered a moment ago.
    ...(places.kubernetes && { POD_MODE: env['POD_MODE'] || 'all' }),
    // A newcomer watches: what was written a moment ago should be there.
    FLUSH_INTERVAL_SECONDS: env['FLUSH_INTERVAL_SECONDS'] || '1',
  }
}

function ingestUrlOf({ ingestPort }: Places): string {
  return `http://${LOOPBACK}:${ingestPort}`
}
