import type { RetentionStatus } from '@logboom/db'
import { z } from 'zod'

const Whole = z.int().nullable().catch(null)

/** What retention-worker runs with, as far as it has said so; null where it has not. */
export const RetentionPolicy = z.object({
  cleanup_interval_seconds: Whole,
  max_delete_batch: Whole,
  max_logs_per_agent: Whole,
  max_logs_per_deployment: Whole,
})

export type RetentionPolicy = z.output<typeof RetentionPolicy>

export function readPolicy(status: RetentionStatus | null): RetentionPolicy {
  return RetentionPolicy.parse(status?.policy ?? {})
}
