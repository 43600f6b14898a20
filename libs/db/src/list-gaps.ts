import { formatMicros } from '@logboom/contracts'
import type { LogTime, StoredGap } from '@logboom/contracts'
import type { Sql } from 'sql-template-tag'
import sql, { join } from 'sql-template-tag'
import { isAfter, timeText } from './list-page.ts'
import type { ListPage } from './list-page.ts'
import { matchesStream, placeConditions } from './match-streams.ts'
import type { StreamFilter } from './match-streams.ts'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'
import { isVisible } from './visible-rows.ts'
import type { ReadScope, Sight } from './visible-rows.ts'

export interface GapFilter {
  streams: StreamFilter
  /** Gaps that overlap `[since, until)`; null = open. */
  since: LogTime | null
  until: LogTime | null
  reason: string | null
}

/** Gaps that the caller may see, those that end last first. Their times have microseconds. */
export async function listGaps(
  db: Database,
  sight: Sight,
  filter: GapFilter,
  page: ListPage,
): Promise<StoredGap[]> {
  const { rows } = await queryPrepared<StoredGap & { lines: string | null; bytes: string | null }>(
    db,
    sql`
    select g.id, g.agent_id, g.namespace, g.pod_name, g.container_name, ${timeText(sql`g.from_time`)} as "from",
      ${timeText(sql`g.to_time`)} as "to", g.lines, g.bytes, g.reason, g.exact,
      ${timeText(sql`g.created_at`)} as created_at
    from log_gaps g
    where ${matchesGap(sight, filter)} and ${isAfter(page, sql`g.to_time`, sql`g.id`)}
    order by g.to_time desc, g.id desc
    limit ${page.limit}::integer`,
  )
  return rows.map((row) => ({ ...row, lines: numberOf(row.lines), bytes: numberOf(row.bytes) }))
}

function matchesGap(sight: Sight, { streams, since, until, reason }: GapFilter): Sql {
  const visible = isVisible(sight, {
    agentId: sql`g.agent_id`,
    namespace: sql`g.namespace`,
    retentionClass: sql`g.retention_class`,
    createdAt: sql`g.created_at`,
  })
  const conditions = [visible, ...placeConditions(streams, 'g')]
  if (since) conditions.push(sql`g.to_time >= ${formatMicros(since.us)}::timestamptz`)
  if (until)
    conditions.push(sql`g.from_time < ${formatMicros(until.us + (until.ns > 0 ? 1 : 0))}::timestamptz`)
  if (reason !== null) conditions.push(sql`g.reason = ${reason}::text`)
  if (streams.deploymentObjectId || streams.workOrderId || streams.labels.length > 0) {
    conditions.push(standsBeside(sight.scope, streams))
  }
  return join(conditions, ' and ')
}

/** A gap has neither links nor labels: those of the streams of its pod stand for it. */
function standsBeside(scope: ReadScope, streams: StreamFilter): Sql {
  return sql`exists (
    select 1 from log_streams s
    where s.agent_id = g.agent_id and s.namespace = g.namespace and s.pod_name = g.pod_name
      and (g.container_name is null or s.container_name = g.container_name)
      and ${matchesStream(scope, streams)})`
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text)
}
