import type { Redis } from 'ioredis'
import type { QueueLog } from './queue-log.ts'

/**
 * Throws, with what to set, unless this Redis keeps what it has acknowledged: bounded memory, no eviction,
 * every write on disk before its answer. `allowUnsafe` drops the last demand, for managed services that hide
 * their configuration.
 */
export async function checkRedis(redis: Redis, allowUnsafe: boolean, log: QueueLog): Promise<void> {
  const { maxmemory, maxmemory_policy: policy } = await readInfo(redis, 'memory')
  const faults: string[] = []
  if (Number(maxmemory) === 0) faults.push('maxmemory is not set: set it to what the machine can spare')
  if (policy !== 'noeviction') faults.push(`maxmemory-policy is ${policy}: set it to noeviction`)
  const doubts = await findDoubts(redis)
  if (!allowUnsafe) faults.push(...doubts)
  else if (doubts.length > 0) log.warn('redis may lose batches that were answered', { doubts })
  if (faults.length > 0) throw new Error(`this Redis would lose logs: ${faults.join('; ')}`)
}

/** `INFO section` as an object. */
export async function readInfo(redis: Redis, section: string): Promise<Record<string, string>> {
  const lines = (await redis.info(section)).split('\r\n')
  return Object.fromEntries(lines.filter((line) => line.includes(':')).map((line) => cut(line)))
}

async function findDoubts(redis: Redis): Promise<string[]> {
  const { aof_enabled: aof } = await readInfo(redis, 'persistence')
  if (aof !== '1') return ['appendonly is off: set appendonly yes and appendfsync always']
  const reply = await redis.config('GET', 'appendfsync').catch(() => null)
  if (!Array.isArray(reply))
    return ['appendfsync cannot be read here (CONFIG is forbidden): it must be always']
  const [, fsync] = reply
  return fsync === 'always' ? [] : [`appendfsync is ${fsync}: set it to always`]
}

function cut(line: string): [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon), line.slice(colon + 1)]
}
