import { randomBytes } from 'node:crypto'
import { globSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import { endLeftovers } from '@logboom/servers'
import { readSources } from '@logboom/service'
import type { ConfigSources } from '@logboom/service'
import { checkPort } from './check-port.ts'
import { findDockerTrouble, findKubernetesTrouble } from './check-sources.ts'
import { choosePorts } from './choose-ports.ts'
import type { Places } from './configure-services.ts'
import { keepText, readKeptText } from './kept-text.ts'
import type { Options } from './options.ts'

export interface Plan extends Places {
  sources: ConfigSources
  /** What the services log, one file for all. */
  servicesLog: string
  servers: { dataDir: string; databaseUrl: string | undefined; redisUrl: string | undefined }
  keys: { adminPakFile: string; agentPakFile: string; ownsDatabase: boolean }
}

/** Not known before the servers run and the agent is registered. */
const UNKNOWN = {
  databaseUrl: 'postgresql://unknown',
  redisUrl: 'redis://unknown',
  agentId: '00000000-0000-4000-8000-000000000000',
}

/**
 * Where everything will be. Makes the data folder and ends what a killed start left running in it.
 * @throws in words for the terminal when the folder or the port is in use
 */
export async function planPlaces(options: Options, say: (line: string) => void): Promise<Plan> {
  const { dataDir, host, follow, docker, kubernetes } = options
  const sources = readSources('logboom')
  // Others may pass through: as root, PostgreSQL runs as another user than the owner of the folder.
  await mkdir(dataDir, { recursive: true, mode: 0o711 })
  if (!(await endLeftovers(dataDir))) {
    throw new Error(
      `Logboom already runs in ${dataDir}; stop it first, or give --data <folder> and --port <port>`,
    )
  }
  await checkPort(options.port, host)
  for (const path of follow) {
    if (globSync(path).length === 0) say(`nothing is at ${path} yet; it is followed as soon as it appears`)
  }
  await tellTroubles(options, sources, say)
  const ports = await choosePorts(options.port)
  const databaseUrl = sources.env['DATABASE_URL'] || undefined
  const agentPakFile = join(dataDir, 'agent.pak')
  return {
    ...UNKNOWN,
    ...ports,
    host,
    follow,
    docker,
    kubernetes,
    publicUrl: urlOf(host, ports.port, Boolean(sources.env['TLS_CERT'])),
    signingKeySecret: sources.env['SIGNING_KEY_SECRET'] || keptSecret(join(dataDir, 'signing-key.secret')),
    agentPakFile,
    spoolDir: join(dataDir, 'spool'),
    servicesLog: join(dataDir, 'logs/services.log'),
    sources,
    servers: { dataDir, databaseUrl, redisUrl: sources.env['REDIS_URL'] || undefined },
    keys: { adminPakFile: join(dataDir, 'admin.pak'), agentPakFile, ownsDatabase: databaseUrl === undefined },
  }
}

/** What cannot be read yet is told, and does not keep the rest from running. */
async function tellTroubles(
  { docker, kubernetes }: Options,
  { env }: ConfigSources,
  say: (line: string) => void,
): Promise<void> {
  const troubles = [
    docker ? await findDockerTrouble(env) : undefined,
    kubernetes ? findKubernetesTrouble(env) : undefined,
  ]
  for (const trouble of troubles) if (trouble !== undefined) say(`${trouble}; the rest runs`)
}

/** Seals the keys in the database, so it must be the same at the next start. */
function keptSecret(path: string): string {
  const kept = readKeptText(path)
  if (kept !== undefined) return kept
  const secret = randomBytes(32).toString('base64url')
  keepText(path, secret)
  return secret
}

function urlOf(host: string, port: number, secure: boolean): string {
  const everywhere: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }
  const name = everywhere[host] ?? (isIPv6(host) ? `[${host}]` : host)
  return `${secure ? 'https' : 'http'}://${name}:${port}`
}
