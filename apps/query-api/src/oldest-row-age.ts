import type { RetentionStatus } from '@logboom/db'
import { z } from 'zod'

const Age = z.number().nullable().catch(null)

/** As retention-worker saw it last, in seconds; null: there is no row, or it has not looked yet. */
export function oldestRowAge(status: RetentionStatus | null): number | null {
  return Age.parse(status?.policy['oldest_row_age_seconds'] ?? null)
}
