import type { JobHeader } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import sql from 'sql-template-tag'

export interface CommittedThrough {
  batchId: string
  batchNumber: number
}

/**
 * Notes that a numbered batch of an agent instance is committed and moves `through` over all that follow it without a
 * hole. PostgreSQL alone knows this, so that it stays true when Redis is lost.
 * Returns the batch at the new `through`, or null when it did not move. Last in its transaction: it holds the
 * instance's row, and writers of the same instance wait for each other here.
 */
export async function advanceCommits(
  client: PoolClient,
  header: JobHeader,
): Promise<CommittedThrough | null> {
  const { agent_id, instance, batch_number, batch_id, parts } = header
  if (batch_number === null) return null
  await client.query(sql`
    with lane as (
      insert into agent_commits (agent_id, instance) values (${agent_id}::uuid, ${instance})
      on conflict (agent_id, instance) do update set updated_at = now()
      returning through
    )
    insert into agent_commits_ahead as ahead (agent_id, instance, batch_number, batch_id, parts_left)
    select ${agent_id}::uuid, ${instance}, ${batch_number}::bigint, ${batch_id}, ${parts - 1}::int
    from lane where through < ${batch_number}::bigint
    on conflict (agent_id, instance, batch_number) do update set parts_left = ahead.parts_left - 1`)
  const { rows } = await client.query<CommittedThrough>(sql`
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
    )
    update agent_commits c set through = last.batch_number, through_batch_id = last.batch_id
    from last
    where c.agent_id = ${agent_id}::uuid and c.instance = ${instance}
    returning c.through_batch_id as "batchId", c.through::float8 as "batchNumber"`)
  return rows[0] ?? null
}
