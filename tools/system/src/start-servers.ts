import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres, startRedis } from '@logboom/servers'
import type { Server } from '@logboom/servers'

// A killed process loses nothing that the kernel has, so that tests need no fsync; COMMIT must have reached the kernel.
const TEST_SETTINGS = { fsync: 'off', full_page_writes: 'off', max_connections: '100' }

export interface ServersOptions {
  /** Of PostgreSQL. Default: those of tests, which forgo fsync. */
  settings?: Record<string, string>
  /** Of Redis. */
  maxMemory?: string
  /** Where the folder is made. Default: the system's temporary folder. */
  parentDir?: string
}

export interface Servers {
  /** For the files of this system: data, outputs, spools. Removed by `close`, unless E2E_KEEP is set. */
  dir: string
  postgres: Server
  redis: Server
  close(): Promise<void>
}

/** PostgreSQL and Redis on free ports with data of their own: to be killed, frozen and restarted. */
export async function startServers(options: ServersOptions = {}): Promise<Servers> {
  const { settings = TEST_SETTINGS, maxMemory, parentDir = tmpdir() } = options
  // The name tells the test set-up whose it is: what a killed run leaves behind, the next one removes.
  const dir = mkdtempSync(join(parentDir, `logboom-test-${process.pid}-`))
  chmodSync(dir, 0o711) // as root, PostgreSQL runs as another user
  const [postgres, redis] = await Promise.all([
    startPostgres({ dataDir: join(dir, 'postgres'), settings }),
    startRedis({ dataDir: join(dir, 'redis'), ...(maxMemory !== undefined && { maxMemory }) }),
  ])
  return {
    dir,
    postgres,
    redis,
    async close() {
      await Promise.all([postgres, redis].map((server) => server.stop()))
      if (!process.env['E2E_KEEP']) rmSync(dir, { recursive: true, force: true })
    },
  }
}
