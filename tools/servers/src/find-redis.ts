import { existsSync } from 'node:fs'
import { findOnPath } from './find-on-path.ts'
import { packagesDir } from './packages-dir.ts'
import { unpackRedis } from './unpack-redis.ts'

/** How to run a Redis here: a program with its environment, or the command `docker`. */
export type RedisProgram = { command: string; libraryPath?: string; inContainer: boolean }

const NAMES = ['redis-server', 'valkey-server']

/** A Redis on PATH, or the distribution's package unpacked under .logboom/, or Docker; else throws the line that says what to install. */
export async function findRedis(log?: (message: string) => void): Promise<RedisProgram> {
  for (const name of NAMES) {
    const command = findOnPath(name)
    if (command) return { command, inContainer: false }
  }
  const unpacked = findOnPath('apt-get') && findOnPath('dpkg') ? await tryUnpack(log) : undefined
  if (unpacked) return { ...unpacked, inContainer: false }
  const docker = findOnPath('docker')
  if (docker && existsSync('/var/run/docker.sock')) return { command: docker, inContainer: true }
  throw new Error(`Redis is needed and was not found. Install it: ${installLine()}`)
}

async function tryUnpack(
  log?: (message: string) => void,
): Promise<{ command: string; libraryPath: string } | undefined> {
  try {
    return await unpackRedis(packagesDir, log)
  } catch (error) {
    log?.(`the Redis package of this distribution could not be unpacked: ${String(error)}`)
    return undefined
  }
}

function installLine(): string {
  if (process.platform === 'darwin') return 'brew install redis'
  if (findOnPath('apt-get')) return 'apt-get install redis-server'
  if (findOnPath('dnf')) return 'dnf install valkey'
  if (findOnPath('apk')) return 'apk add redis'
  return 'Redis 7 or Valkey 8, so that redis-server or valkey-server is on PATH, or Docker'
}
