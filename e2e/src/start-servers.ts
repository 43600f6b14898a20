import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres, startRedis } from '@logboom/servers'
import type { Server } from '@logboom/servers'

// A killed process loses nothing that the kernel has, so that tests need no fsync; COMMIT must have reached the kernel.
const SETTINGS = { fsync: 'off', full_page_writes: 'off', max_connections: '100' }

export interface Servers {
  /** For the files of this system: data, outputs, spools. Removed by `close`, unless E2E_KEEP is set. */
  dir: string
  postgres: Server
  redis: Server
  close(): Promise<void>
}

/** PostgreSQL and Redis on free ports with data of their own: to be killed, frozen and restarted. */
export async function startServers(): Promise<Servers> {
  // The name tells the test set-up whose it is: what a killed run leaves behind, the next one removes.
  const dir = mkdtempSync(join(tmpdir(), `logboom-test-${process.pid}-`))
  chmodSync(dir, 0o711) // as root, PostgreSQL runs as another user
  const [postgres, redis] = await Promise.all([
    startPostgres({ dataDir: join(dir, 'postgres'), settings: SETTINGS }),
    startRedis({ dataDir: join(dir, 'redis') }),
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
