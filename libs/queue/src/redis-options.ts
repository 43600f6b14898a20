import type { RedisOptions } from 'ioredis'

/**
 * The two ways to stand at a Redis that is away. Neither is a default of ioredis: those hang a producer for
 * ever when Redis dies or freezes under it, and make a consumer give up.
 */
const shared = {
  connectTimeout: 5_000,
  keepAlive: 10_000,
} satisfies RedisOptions

/** Fails fast: whoever waits for an answer here is an HTTP request that must be refused within 2 s. */
export const producerOptions = {
  ...shared,
  enableOfflineQueue: false,
  // What was under way fails when the line is cut, instead of being sent again after its caller was told of
  // an error.
  maxRetriesPerRequest: 0,
  // A frozen Redis keeps its connections, so only a clock notices.
  commandTimeout: 1_000,
  // A host that vanished sends no FIN: without this, recovery waits for TCP to give up (15 min on Linux).
  socketTimeout: 5_000,
  retryStrategy: (attempts) => Math.min(attempts * 50, 1_000),
} satisfies RedisOptions

/** Waits for ever: a writer has nothing better to do than to go on where it was when Redis is back. */
export const consumerOptions = {
  ...shared,
  enableOfflineQueue: true,
  maxRetriesPerRequest: null,
  // Longer than BullMQ's longest blocking read (10 s), during which nothing is sent.
  socketTimeout: 30_000,
  retryStrategy: (attempts) => Math.min(attempts * 100, 2_000),
} satisfies RedisOptions
