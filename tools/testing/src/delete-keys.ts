import { Redis } from 'ioredis'

/** Deletes the keys of a Redis that match a glob, as their time to live would; returns how many. */
export async function deleteKeys(url: string, pattern: string): Promise<number> {
  const redis = new Redis(url)
  try {
    const keys = await redis.keys(pattern)
    return keys.length === 0 ? 0 : await redis.del(...keys)
  } finally {
    redis.disconnect()
  }
}
