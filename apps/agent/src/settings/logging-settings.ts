import { levels, normaliseLevel } from '@logboom/contracts'
import { z } from 'zod'
import { flag, logging, whole } from './setting.ts'

/** What is collected of what is read; `[agent.logging]` keeps the keys and defaults of its first contract. */
export const loggingSettings = {
  LOGGING_ENABLED: flag(true).meta(logging('enabled')).describe('Collect at all'),
  BUFFER_SIZE: whole(1, 100).meta(logging('buffer_size')).describe('Entries that make a batch due'),
  FLUSH_INTERVAL_SECONDS: z.coerce
    .number()
    .min(0.05)
    .max(3_600)
    .default(30)
    .meta({ ...logging('flush_interval'), unit: 's' })
    .describe('Age of the oldest entry that makes a batch due'),
  MIN_LEVEL: z
    .string()
    .default('INFO')
    .transform((name) => normaliseLevel(name))
    .pipe(z.enum(levels, { error: `must be one of ${levels.join(', ')}` }))
    .meta(logging('min_level'))
    .describe('Lines below this level are counted and not sent; lines without a level always are'),
  MAX_MESSAGE_LENGTH: z.coerce
    .number()
    .int()
    .min(64)
    .max(65_536)
    .default(4_096)
    .meta({ ...logging('max_message_length'), unit: 'bytes' })
    .describe('Longer messages are cut and end with `…[+N bytes]`'),
}
