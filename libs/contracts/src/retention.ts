import { z } from 'zod'

/** The class of everything that is not assigned to another one. */
export const defaultRetentionClass = { id: 1, name: 'default' } as const

export const RetentionClass = z
  .object({
    id: z.int(),
    name: z.string(),
    retention_seconds: z.int(),
    partition_seconds: z.int(),
  })
  .meta({ id: 'RetentionClass' })
export type RetentionClass = z.infer<typeof RetentionClass>

export const PutRetentionClass = z
  .strictObject({
    retention_seconds: z
      .int()
      .min(10)
      .max(90 * 86_400),
    partition_seconds: z
      .int()
      .min(10)
      .max(86_400)
      .optional()
      .describe('Default: retention / 24, within 10 s and a day'),
  })
  .meta({ id: 'PutRetentionClass' })

/** The most specific assignment wins: agent and namespace, then agent, then namespace, then `default`. */
export const RetentionAssignment = z
  .strictObject({
    agent_id: z.uuid().nullable().default(null),
    namespace: z.string().min(1).max(253).nullable().default(null),
    retention_class: z.string().min(1),
  })
  .meta({ id: 'RetentionAssignment' })
export type RetentionAssignment = z.infer<typeof RetentionAssignment>

export const receiptKinds = [
  'partition_dropped',
  'rows_deleted',
  'agent_bound',
  'deployment_bound',
  'agent_deleted',
  'dead_letters_deleted',
] as const

/** Proof of a deletion: written in its transaction, chained by hash and signed. */
export const Receipt = z
  .object({
    number: z.int(),
    kind: z.enum(receiptKinds),
    subject: z.string().describe('The partition, agent or deployment object'),
    retention_class: z.string().nullable(),
    rows: z.int(),
    from: z.string().nullable().describe('Oldest created_at that was deleted'),
    to: z.string().nullable().describe('Newest created_at that was deleted'),
    deleted_at: z.string(),
    hash: z.string(),
    previous_hash: z.string(),
    kid: z.string().describe('Of the key that has signed it'),
    signature: z.string().describe('Ed25519 over the text of `hash`, as base64url'),
  })
  .meta({ id: 'Receipt' })
export type Receipt = z.infer<typeof Receipt>

/** What a receipt's signature is checked by. */
export const ReceiptKey = z
  .object({ kid: z.string(), kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() })
  .meta({ id: 'ReceiptKey' })
export type ReceiptKey = z.infer<typeof ReceiptKey>

export const RetentionReport = z
  .object({
    classes: z.array(RetentionClass),
    assignments: z.array(RetentionAssignment),
    cleanup_interval_seconds: z.int().nullable(),
    max_delete_batch: z.int().nullable(),
    max_logs_per_agent: z.int().nullable(),
    max_logs_per_deployment: z.int().nullable(),
    last_run_at: z.string().nullable(),
    next_run_at: z.string().nullable(),
    oldest_row_age_seconds: z.number().nullable(),
  })
  .meta({ id: 'RetentionReport' })
export type RetentionReport = z.infer<typeof RetentionReport>

/** What a run would delete now. */
export const RetentionPreview = z
  .object({
    as_of: z.string(),
    partitions: z.array(z.object({ partition: z.string(), retention_class: z.string(), rows: z.int() })),
    rows: z.array(z.object({ partition: z.string(), retention_class: z.string(), rows: z.int() })),
    bounds: z.array(z.object({ kind: z.string(), subject: z.string(), rows: z.int() })),
    total_rows: z.int(),
  })
  .meta({ id: 'RetentionPreview' })
export type RetentionPreview = z.infer<typeof RetentionPreview>
