import { baseConfig, brokerConfig } from '@logboom/service'
import { z } from 'zod'

const inTable = (key: string, unit?: string) => ({
  toml: `broker.log_retention.${key}`,
  ...(unit && { unit }),
})
const whole = (min: number, fallback: number) => z.coerce.number().int().min(min).default(fallback)

export const RetentionConfig = z.object({
  ...baseConfig,
  DATABASE_URL: brokerConfig.DATABASE_URL,
  SIGNING_KEY_SECRET: brokerConfig.SIGNING_KEY_SECRET,
  RETENTION_HOURS: z.coerce
    .number()
    .min(10 / 3600)
    .max(90 * 24)
    .optional()
    .describe(
      'How long lines are kept that belong to no other class, counted from their receipt; fractions allowed. ' +
        'Where it is set, each start applies it; where it is not, what PUT /api/v1/retention/classes/default said ' +
        'last holds: 12 hours at first',
    )
    .meta(inTable('retention_hours', 'hours')),
  RETENTION_SECONDS: z.coerce
    .number()
    .int()
    .min(10)
    .max(90 * 86_400)
    .optional()
    .describe('Instead of RETENTION_HOURS, to the second')
    .meta(inTable('retention_seconds', 's')),
  CLEANUP_INTERVAL_MINUTES: z.coerce
    .number()
    .min(0.01)
    .max(24 * 60)
    .default(60)
    .describe('From run to run; what has expired is gone from the table within one; fractions allowed')
    .meta(inTable('cleanup_interval_minutes', 'minutes')),
  MAX_DELETE_BATCH: whole(1, 10_000)
    .describe('Rows deleted in one transaction; a run goes on until nothing expired is left')
    .meta(inTable('max_delete_batch', 'rows')),
  MAX_LOGS_PER_AGENT: whole(0, 10_000_000)
    .describe('Lines kept for one agent without an override, the oldest go first; 0 = unbounded')
    .meta(inTable('max_logs_per_agent', 'rows')),
  MAX_LOGS_PER_DEPLOYMENT: whole(0, 2_000_000)
    .describe('Lines kept for one deployment object, the oldest go first; 0 = unbounded')
    .meta(inTable('max_logs_per_deployment', 'rows')),
  PARTITIONS_AHEAD: whole(1, 3).describe('Intervals for which partitions are made before lines come'),
})

export type RetentionConfig = z.output<typeof RetentionConfig>

/** How long the lines of the default class are kept; null where the database says so. */
export function retentionSecondsOf({ RETENTION_HOURS, RETENTION_SECONDS }: RetentionConfig): number | null {
  if (RETENTION_SECONDS !== undefined) return RETENTION_SECONDS
  return RETENTION_HOURS === undefined ? null : Math.round(RETENTION_HOURS * 3600)
}
