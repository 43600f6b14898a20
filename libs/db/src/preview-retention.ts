import type { RetentionPreview } from '@logboom/contracts'
import sql from 'sql-template-tag'
import { countLeaf } from './count-leaf.ts'
import { findOverfull } from './find-overfull.ts'
import { timeText } from './list-page.ts'
import { listLeaves } from './list-leaves.ts'
import type { SupposedClass } from './list-leaves.ts'
import { isMissingTable } from './missing-table.ts'
import type { Database } from './open-database.ts'

/** Null where retention-worker has not said so yet; nothing is bounded then. */
export interface PreviewBounds {
  max_logs_per_agent: number | null
  max_logs_per_deployment: number | null
}

/**
 * What a run would delete now, or with `supposed` if a class were changed so: whole partitions, rows of others, and what is
 * above the bounds. Deletes nothing.
 */
export async function previewRetention(
  { pool }: Database,
  policy: PreviewBounds,
  supposed?: SupposedClass,
): Promise<RetentionPreview> {
  const { rows: clock } = await pool.query<{ now: string }>(sql`select ${timeText(sql`now()`)} as now`)
  const preview: RetentionPreview = {
    as_of: clock[0]?.now ?? '',
    partitions: [],
    rows: [],
    bounds: [],
    total_rows: 0,
  }
  for (const leaf of await listLeaves(pool, supposed)) {
    if (leaf.state !== 'attached') continue
    const { live, expired } = await countLeaf(pool, leaf).catch(noneIfDropped)
    const found = { partition: leaf.name, retention_class: leaf.className, rows: expired }
    if (live === 0 && expired > 0) preview.partitions.push(found)
    else if (expired > 0) preview.rows.push(found)
  }
  const bounds = {
    maxLogsPerAgent: policy.max_logs_per_agent ?? 0,
    maxLogsPerDeployment: policy.max_logs_per_deployment ?? 0,
  }
  for (const { kind, subject, excess } of await findOverfull(pool, bounds)) {
    preview.bounds.push({ kind, subject, rows: excess })
  }
  const all = [...preview.partitions, ...preview.rows, ...preview.bounds]
  preview.total_rows = all.reduce((sum, { rows }) => sum + rows, 0)
  return preview
}

function noneIfDropped(error: unknown): { live: number; expired: number } {
  if (isMissingTable(error)) return { live: 0, expired: 0 }
  throw error
}
