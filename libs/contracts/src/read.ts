import { z } from 'zod'
import { gapReasons } from './entry.ts'
import { SearchProgress } from './read-until.ts'

/** One stored line as it is read. The first eleven fields are always there; the rest only where known. */
export const StoredEntry = z
  .object({
    id: z.uuid(),
    timestamp: z.string().describe('RFC 3339, nine digits'),
    namespace: z.string(),
    pod_name: z.string(),
    container_name: z.string().nullable(),
    level: z.enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']).nullable(),
    message: z.string(),
    agent_id: z.uuid(),
    deployment_object_id: z.uuid().nullable(),
    work_order_id: z.uuid().nullable(),
    created_at: z.string(),
    pod_uid: z.string().optional(),
    node: z.string().optional(),
    output: z.enum(['stdout', 'stderr']).optional(),
    seq: z.int().optional().describe('Modulo 2^21'),
    group_id: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    attributes: z.record(z.string(), z.unknown()).optional(),
    truncated: z.literal(true).optional(),
    original_bytes: z.int().optional(),
    attributes_cut: z.literal(true).optional(),
  })
  .meta({ id: 'StoredEntry' })
export type StoredEntry = z.infer<typeof StoredEntry>

export const StoredGap = z
  .object({
    id: z.uuid(),
    agent_id: z.uuid(),
    namespace: z.string(),
    pod_name: z.string(),
    container_name: z.string().nullable(),
    from: z.string(),
    to: z.string(),
    lines: z.int().nullable(),
    bytes: z.int().nullable(),
    reason: z.enum(gapReasons),
    exact: z.boolean(),
    created_at: z.string(),
  })
  .meta({ id: 'StoredGap' })
export type StoredGap = z.infer<typeof StoredGap>

const Retention = z.object({
  retention_seconds: z.int().describe('The longest retention that applies to what was asked for'),
  oldest_available: z.string().describe('Nothing received before this is ever returned'),
})

export const LogPage = z
  .object({
    logs: z.array(StoredEntry),
    total: z.int(),
    total_is_exact: z.boolean(),
    has_more: z.boolean(),
    next_cursor: z.string().nullable(),
    gaps: z.array(StoredGap).describe('The 100 that end last; all of them: `GET /api/v1/gaps`'),
    gaps_truncated: z.literal(true).optional().describe('There are more gaps than the page has'),
    retention: Retention,
    ...SearchProgress.shape,
  })
  .meta({ id: 'LogPage' })
export type LogPage = z.infer<typeof LogPage>

export const LogContext = z
  .object({
    before: z.array(StoredEntry).describe('The lines before the entry, in order of time'),
    entry: StoredEntry,
    after: z.array(StoredEntry).describe('The lines after the entry, in order of time'),
    has_more_before: z.boolean(),
    has_more_after: z.boolean(),
    before_cursor: z
      .string()
      .optional()
      .describe('Only with `has_more_before`: names the first of these lines, from which to go back further'),
    after_cursor: z
      .string()
      .optional()
      .describe('Only with `has_more_after`: names the last of these lines, from which to go on'),
    ...SearchProgress.shape,
  })
  .meta({ id: 'LogContext' })
export type LogContext = z.infer<typeof LogContext>

const Count = z.int().min(0)

export const LogBucket = z
  .object({
    time: z.string().describe('Where it begins, a multiple of the interval since 1970 (UTC)'),
    total: Count,
    levels: z
      .object({
        TRACE: Count,
        DEBUG: Count,
        INFO: Count,
        WARN: Count,
        ERROR: Count,
        FATAL: Count,
        none: Count,
      })
      .describe('`none`: entries without a level'),
  })
  .meta({ id: 'LogBucket' })
export type LogBucket = z.infer<typeof LogBucket>

export const LogHistogram = z
  .object({
    interval_seconds: z.int(),
    since: z.string(),
    until: z.string(),
    buckets: z
      .array(LogBucket)
      .describe('In order of time, empty ones too; `since` and `until` cut the first and the last'),
    total: Count,
    total_is_exact: z
      .boolean()
      .describe('False when time ran out: buckets that end before `counted_from` are empty'),
    counted_from: z
      .string()
      .optional()
      .describe('Only when `total_is_exact` is false: every entry from here to `until` is counted'),
    retention: Retention,
    ...SearchProgress.shape,
  })
  .meta({ id: 'LogHistogram' })
export type LogHistogram = z.infer<typeof LogHistogram>

export const DeadLetter = z
  .object({
    id: z.uuid(),
    agent_id: z.uuid(),
    batch_id: z.string(),
    reason: z.string(),
    detail: z.string(),
    created_at: z.string(),
    failed_at: z.string(),
    entry: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'DeadLetter' })
export type DeadLetter = z.infer<typeof DeadLetter>
