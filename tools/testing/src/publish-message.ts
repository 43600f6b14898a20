import { Redis } from 'ioredis'

/** Says something to whoever listens on a channel of a Redis. */
export async function publishMessage(url: string, channel: string, message: string): Promise<void> {
  const redis = new Redis(url)
  try {
    await redis.publish(channel, message)
  } finally {
    redis.disconnect()
  }
}
