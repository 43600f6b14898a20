import { baseConfig, brokerConfig } from '@logboom/service'
import { z } from 'zod'

export const WriterConfig = z.object({
  ...baseConfig,
  DATABASE_URL: brokerConfig.DATABASE_URL,
  REDIS_URL: brokerConfig.REDIS_URL,
  QUEUE_SHARDS: brokerConfig.QUEUE_SHARDS,
  WRITER_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe(
      'Transactions at once, each on a connection of its own; under load each writes up to sixteen batches',
    ),
  JOB_LOCK_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(30_000)
    .describe(
      'A writer that is silent for so long has lost its jobs to another one; they come back within 1.5 times this',
    )
    .meta({ unit: 'ms' }),
})

export type WriterConfig = z.output<typeof WriterConfig>
