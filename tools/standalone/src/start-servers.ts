import { join } from 'node:path'
import { startPostgres, startRedis } from '@logboom/servers'
import type { Server, Supervision } from '@logboom/servers'
import type { Lifecycle } from '@logboom/service'

export interface Servers {
  databaseUrl: string
  redisUrl: string
  /** Of those that run here. */
  logPaths: string[]
}

export interface ServersOptions {
  dataDir: string
  /** Used instead of a server of our own. */
  databaseUrl: string | undefined
  redisUrl: string | undefined
  say: (line: string) => void
}

const SETTINGS = {
  // Its lines about checkpoints would, followed, be what the next checkpoint has to write.
  log_checkpoints: 'off',
  // Fewer checkpoints, after which every page goes into the log whole; within what a laptop has to spare.
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  wal_compression: 'on',
  shared_buffers: '256MB',
}

/** PostgreSQL and Redis, ours unless others are given; both are brought back when they end without having been asked. */
export async function startServers(options: ServersOptions, life: Lifecycle): Promise<Servers> {
  const { dataDir, say } = options
  const logPaths: string[] = []
  const own = async (name: string, start: (supervision: Supervision) => Promise<Server>) => {
    say(`starting ${name}`)
    const server = await start({
      supervise: true,
      onExit: ({ code, signal }) => say(`${name} ended (${signal ?? code}), starting it again`),
      log: say,
    })
    life.onClose(name, () => server.stop())
    logPaths.push(server.logPath)
    return server.url
  }
  const postgres = (supervision: Supervision) =>
    startPostgres({ dataDir: join(dataDir, 'postgres'), settings: SETTINGS, ...supervision })
  const redis = (supervision: Supervision) => startRedis({ dataDir: join(dataDir, 'redis'), ...supervision })
  return {
    databaseUrl: options.databaseUrl ?? (await own('PostgreSQL', postgres)),
    redisUrl: options.redisUrl ?? (await own('Redis', redis)),
    logPaths,
  }
}
