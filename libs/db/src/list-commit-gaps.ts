import { formatMicros } from '@logboom/contracts'
import type { StoredGap } from '@logboom/contracts'
import sql from 'sql-template-tag'
import type { Commit } from './list-commits.ts'
import { timeText } from './list-page.ts'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'
import { isUnexpired } from './visible-rows.ts'
import type { RetentionSpan } from './visible-rows.ts'

export interface CommitGap extends StoredGap {
  /** The batch that brought it, by its place among those asked for. */
  part: number
  /** Whose links and labels stand for it, which it has none of. */
  streamIds: string[]
}

/** The gaps that batches brought, by part and id. Few have any, so nothing is asked for in vain but the index on receipt. */
export async function listCommitGaps(
  db: Database,
  classes: readonly RetentionSpan[],
  commits: readonly Pick<Commit, 'xid' | 'agentId' | 'createdUs'>[],
): Promise<CommitGap[]> {
  const { rows } = await queryPrepared<CommitGap & { lines: string | null; bytes: string | null }>(
    db,
    sql`
    select w.part - 1 as part, g.id, g.agent_id, g.namespace, g.pod_name, g.container_name,
      ${timeText(sql`g.from_time`)} as "from", ${timeText(sql`g.to_time`)} as "to", g.lines, g.bytes, g.reason, g.exact,
      ${timeText(sql`g.created_at`)} as created_at,
      array(
        select s.id::text from log_streams s
        where s.agent_id = g.agent_id and s.namespace = g.namespace and s.pod_name = g.pod_name
          and (g.container_name is null or s.container_name = g.container_name)
      ) as "streamIds"
    from unnest(
      ${commits.map(({ createdUs }) => formatMicros(createdUs))}::timestamptz[],
      ${commits.map(({ agentId }) => agentId)}::uuid[],
      ${commits.map(({ xid }) => String(xid))}::bigint[]
    ) with ordinality as w (created_at, agent_id, xid, part)
    join log_gaps g on g.created_at = w.created_at and g.agent_id = w.agent_id
      and g.xmin::text::bigint = w.xid & 4294967295
    where ${isUnexpired({ classes }, { retentionClass: sql`g.retention_class`, createdAt: sql`g.created_at` })}
    order by w.part, g.id`,
  )
  return rows.map((row) => ({
    ...row,
    part: Number(row.part),
    lines: row.lines === null ? null : Number(row.lines),
    bytes: row.bytes === null ? null : Number(row.bytes),
  }))
}
