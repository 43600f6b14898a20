import type { Sql } from 'sql-template-tag'
import sql, { join } from 'sql-template-tag'
import { likePrefix, matchesStream } from './match-streams.ts'
import type { StreamFilter } from './match-streams.ts'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'
import { ownerIsVisible } from './visible-rows.ts'
import type { ReadScope } from './visible-rows.ts'

/** How far one agent's lines can be found. */
export interface FoundProgress {
  agentId: string
  /** Nanoseconds since 1970; null: not known. */
  untilNs: bigint | null
  lagSeconds: number | null
}

export interface ProgressOptions {
  /** Of an agent without an override: so many of its instances count, those heard of last. */
  maxInstances: number
  /** Agents in the answer. */
  limit: number
}

export interface ProgressRow {
  agent_id: string
  until_ns: string | null
  lag_seconds: number | null
}

/**
 * How far the agents of a search have come with the streams that it covers, the one that lags most first: so the first
 * says what holds for all. To be read before lines, and not after streams, which then cannot lack what is told of here.
 * One agent takes 0.5 ms, half of it for the plan; a thousand take 4 ms, and where the search asks for some streams alone,
 * half a microsecond for each stream that is behind.
 */
export async function findProgress(
  db: Database,
  scope: ReadScope,
  filter: StreamFilter,
  options: ProgressOptions,
): Promise<FoundProgress[]> {
  const { rows } = await queryPrepared<ProgressRow>(db, progressStatement(scope, filter, options))
  return progressOf(rows)
}

export function progressStatement(
  scope: ReadScope,
  filter: StreamFilter,
  { maxInstances, limit }: ProgressOptions,
): Sql {
  return sql`
    select a.id as agent_id, nullif(r.until_ns, ${unknown})::text as until_ns,
      case when r.until_ns >= 0 then
        greatest(0, round(extract(epoch from now()) - r.until_ns / 1e9, 3))::float8
      end as lag_seconds
    from agents a
    cross join lateral (
      select coalesce(min(i.until_ns), ${unknown}) as until_ns
      from (
        select ${untilOf(scope, filter)} as until_ns
        from agent_commits c
        where c.agent_id = a.id
        order by c.updated_at desc
        limit coalesce((a.limits ->> 'max_instances')::integer, ${maxInstances}::integer)
      ) as i
    ) as r
    where ${coversAgent(scope, filter)}
    order by r.until_ns, a.id
    limit ${limit}::integer`
}

export function progressOf(rows: readonly ProgressRow[]): FoundProgress[] {
  return rows.map(({ agent_id, until_ns, lag_seconds }) => ({
    agentId: agent_id,
    untilNs: until_ns === null ? null : BigInt(until_ns),
    lagSeconds: lag_seconds,
  }))
}

/** Of an instance `c`: how far it has read what the search covers. */
function untilOf(scope: ReadScope, filter: StreamFilter): Sql {
  const covered = coversBehind(scope, filter)
  if (covered.length === 0) return sql`coalesce(c.read_least_ns, ${unknown})`
  const ofAll = sql`coalesce(c.read_until_ns, ${unknown})`
  return sql`case when c.read_behind is null then ${ofAll} else (
    select case
      when bool_or(${isAllOf(filter)}) then min(coalesce(b.until_ns, ${unknown}))
      else least(${ofAll}, min(coalesce(b.until_ns, ${unknown})))
    end
    from jsonb_to_recordset(c.read_behind) as b (namespace text, pod_name text, container_name text, until_ns bigint)
    where ${join(covered, ' and ')}
  ) end`
}

/** Before all times, so that what is not known makes the whole not known. */
const unknown = sql`(-1)::bigint`

/** Of `agents a`: those whose lines the search may find. */
function coversAgent(scope: ReadScope, { agentId, deploymentObjectId, workOrderId }: StreamFilter): Sql {
  const conditions = [ownerIsVisible(scope, { agentId: sql`a.id`, namespace: null })]
  if (agentId) conditions.push(sql`a.id = ${agentId}::uuid`)
  if (deploymentObjectId)
    conditions.push(
      sql`a.id = (select d.agent_id from deployment_objects d where d.id = ${deploymentObjectId}::uuid)`,
    )
  if (workOrderId)
    conditions.push(sql`a.id = (select w.agent_id from work_orders w where w.id = ${workOrderId}::uuid)`)
  return join(conditions, ' and ')
}

/** Of a stream `b` that is behind: whether the search covers it. Without a container, it stands for all of its pod. */
function coversBehind(scope: ReadScope, filter: StreamFilter): Sql[] {
  const { namespace, podName, podNamePrefix, containerName } = filter
  const conditions: Sql[] = []
  if (scope.namespaces) conditions.push(sql`b.namespace = any(${scope.namespaces}::text[])`)
  if (namespace !== null) conditions.push(sql`b.namespace = ${namespace}::text`)
  if (podName !== null) conditions.push(sql`b.pod_name = ${podName}::text`)
  if (podNamePrefix) conditions.push(sql`b.pod_name like ${likePrefix(podNamePrefix)}::text`)
  if (containerName !== null)
    conditions.push(sql`(b.container_name is null or b.container_name = ${containerName}::text)`)
  if (filter.deploymentObjectId || filter.workOrderId || filter.labels.length > 0)
    conditions.push(mayBeLinked(scope, filter))
  return conditions
}

/** A report has neither links nor labels: those of its pod's streams stand for it; one that has sent nothing may have any. */
function mayBeLinked(scope: ReadScope, filter: StreamFilter): Sql {
  const ofBehind = sql`s.agent_id = a.id and s.namespace = b.namespace and s.pod_name = b.pod_name
    and (b.container_name is null or s.container_name = b.container_name)`
  return sql`(
    not exists (select 1 from log_streams s where ${ofBehind})
    or exists (select 1 from log_streams s where ${ofBehind} and ${matchesStream(scope, filter)})
  )`
}

/** Whether `b`, which the search covers, is all that it covers: then nothing else matters. */
function isAllOf({ namespace, podName, containerName }: StreamFilter): Sql {
  if (namespace === null || podName === null) return sql`false`
  return containerName === null ? sql`b.container_name is null` : sql`true`
}
