import type { JobHeader, ReadReport } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import sql from 'sql-template-tag'
import { holdReadReport } from './hold-read-report.ts'
import type { HeldReport } from './hold-read-report.ts'
import { leastOf } from './merge-read-reports.ts'

export interface CommittedThrough {
  batchId: string
  batchNumber: number
}

interface Advance extends CommittedThrough, HeldReport {
  /** The newest report of the batches that were passed, when it reaches less far than the one that holds. */
  report: ReadReport | null
  reportBatch: number
}

/**
 * Notes that a numbered batch of an agent instance is committed and moves `through` over all that follow it without a
 * hole; what the newest of them reported then holds. PostgreSQL alone knows this, so that it stays true when Redis is
 * lost. Returns the batch at the new `through`, or null when it did not move. Last in its transaction: it holds the
 * instance's row, and writers of the same instance wait for each other here.
 */
export async function advanceCommits(
  client: PoolClient,
  header: JobHeader,
): Promise<CommittedThrough | null> {
  const { agent_id: agentId, instance, batch_number } = header
  if (batch_number === null) return null
  await noteAhead(client, header, batch_number)
  const advance = await passRun(client, header)
  if (!advance) return null
  const { batchId, batchNumber, report, reportBatch: batch, ...held } = advance
  if (report) await holdReadReport(client, { agentId, instance }, { held, report, batch })
  return { batchId, batchNumber }
}

async function noteAhead(client: PoolClient, header: JobHeader, batchNumber: number): Promise<void> {
  const { agent_id, instance, batch_id, parts, read_report } = header
  await client.query(sql`
    with lane as (
      insert into agent_commits (agent_id, instance) values (${agent_id}::uuid, ${instance})
      on conflict (agent_id, instance) do update set updated_at = now()
      returning through
    )
    insert into agent_commits_ahead as ahead (agent_id, instance, batch_number, batch_id, parts_left, read_report)
    select ${agent_id}::uuid, ${instance}, ${batchNumber}::bigint, ${batch_id}, ${parts - 1}::int,
      ${read_report ? JSON.stringify({ ...read_report, least_ns: leastOf(read_report) }) : null}::jsonb
    from lane where through < ${batchNumber}::bigint
    on conflict (agent_id, instance, batch_number) do update set
      parts_left = ahead.parts_left - 1, read_report = coalesce(ahead.read_report, excluded.read_report)`)
}

/** A report that reaches further than the one that holds, as nearly all do, takes its place at once. */
async function passRun(client: PoolClient, { agent_id, instance }: JobHeader): Promise<Advance | undefined> {
  const { rows } = await client.query<Advance>(sql`
    with ahead as (
      select a.batch_number, a.batch_id, c.through,
        a.batch_number - row_number() over (order by a.batch_number) as before_run
      from agent_commits_ahead a
      join agent_commits c using (agent_id, instance)
      where a.agent_id = ${agent_id}::uuid and a.instance = ${instance} and a.parts_left <= 0
    ), last as (
      select batch_number, batch_id from ahead where before_run = through order by batch_number desc limit 1
    ), passed as (
      delete from agent_commits_ahead a using last
      where a.agent_id = ${agent_id}::uuid and a.instance = ${instance} and a.batch_number <= last.batch_number
      returning a.batch_number, a.read_report
    ), newest as (
      select batch_number, read_report, (read_report ->> 'until_ns')::bigint as until_ns
      from passed where read_report is not null order by batch_number desc limit 1
    ), told as (
      select n.*, coalesce(n.until_ns, -1) >= coalesce(c.read_until_ns, -1) as is_further
      from newest n
      join agent_commits c on c.agent_id = ${agent_id}::uuid and c.instance = ${instance}
    )
    update agent_commits c set
      through = last.batch_number,
      through_batch_id = last.batch_id,
      read_until_ns = case when told.is_further then told.until_ns else c.read_until_ns end,
      read_least_ns = case
        when told.is_further then (told.read_report ->> 'least_ns')::bigint else c.read_least_ns
      end,
      read_behind = case when told.is_further then nullif(told.read_report -> 'behind', '[]') else c.read_behind end,
      read_batch = case when told.is_further then told.batch_number else c.read_batch end,
      read_at = case when told.is_further then now() else c.read_at end
    from last left join told on true
    where c.agent_id = ${agent_id}::uuid and c.instance = ${instance}
    returning c.through_batch_id as "batchId", c.through::float8 as "batchNumber", c.read_until_ns, c.read_behind,
      case when not told.is_further then told.read_report end as report, told.batch_number::float8 as "reportBatch"`)
  return rows[0]
}
