import { connectRedis } from './connect-redis.ts'
import type { QueueLog } from './queue-log.ts'
import { unavailable } from './queue-errors.ts'
import { producerOptions } from './redis-options.ts'

export interface TicketStore {
  /** Keeps a text for so many seconds, or until it is taken. Within 1 s. Throws `QueueUnavailable`. */
  put(id: string, text: string, seconds: number): Promise<void>
  /** The text, once: of any number that ask at once, one gets it. Throws `QueueUnavailable`. */
  take(id: string): Promise<string | null>
  close(): void
}

/** For short-lived texts that count once, and do nothing with the queue; returns at once, also when Redis is away. */
export function openTickets({ url, log }: { url: string; log: QueueLog }): TicketStore {
  const redis = connectRedis(url, producerOptions, 'tickets', log)
  const keyOf = (id: string) => `ticket:${id}`
  return {
    async put(id, text, seconds) {
      try {
        await redis.set(keyOf(id), text, 'EX', seconds)
      } catch (err) {
        throw unavailable('the ticket could not be kept', err)
      }
    },
    async take(id) {
      try {
        return await redis.getdel(keyOf(id))
      } catch (err) {
        throw unavailable('the ticket could not be taken', err)
      }
    },
    close: () => redis.disconnect(),
  }
}
