import { defaultAgentLimits } from '@logboom/contracts'
import { z } from 'zod'
import { secret } from './config.ts'

/** The settings that several services of the broker read, from `[broker]` itself in the TOML file. */
export const brokerConfig = {
  DATABASE_URL: secret()
    .describe('PostgreSQL, `postgresql://user:password@host:port/database`')
    .meta({ toml: 'broker.database_url' }),
  REDIS_URL: secret()
    .describe('Redis, `redis://:password@host:port` or `rediss://…`')
    .meta({ toml: 'broker.redis_url' }),
  QUEUE_SHARDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Queues that the agents are spread over; the same for ingest-api and writers')
    .meta({ toml: 'broker.queue_shards' }),
  MAX_INSTANCES: z.coerce
    .number()
    .int()
    .min(1)
    .default(defaultAgentLimits.max_instances)
    .describe(
      'Instances of an agent, without an override, that have a request budget of their own and count in `complete_until`; the same for both APIs',
    )
    .meta({ toml: 'broker.max_instances' }),
  SIGNING_KEY_SECRET: secret()
    .min(32)
    .describe('Seals the private keys of tokens and receipts in the database; the same for all services')
    .meta({ toml: 'broker.signing_key_secret' }),
}
