import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'

export interface RedisScript {
  lua: string
  sha1: string
}

export function defineScript(lua: string): RedisScript {
  return { lua, sha1: createHash('sha1').update(lua).digest('hex') }
}

/** Runs a script in one round trip; a Redis that was restarted has forgotten it and gets it again. */
export async function runScript(
  redis: Redis,
  script: RedisScript,
  keys: string[],
  args: (string | number)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(script.sha1, keys.length, ...keys, ...args)
  } catch (err) {
    if (!(err instanceof Error && err.message.startsWith('NOSCRIPT'))) throw err
    return redis.eval(script.lua, keys.length, ...keys, ...args)
  }
}
