import type { RetentionAssignment } from '@logboom/contracts'
import type { Pool } from 'pg'
import sql from 'sql-template-tag'

export type PutRetentionAssignment = 'put' | 'class_not_found' | 'agent_not_found'

/** Assigns an agent, a namespace, or a namespace of an agent to a class; lines that are stored keep theirs. */
export async function putRetentionAssignment(
  pool: Pool,
  { agent_id, namespace, retention_class }: RetentionAssignment,
): Promise<PutRetentionAssignment> {
  const { rows } = await pool.query<{ has_class: boolean; has_agent: boolean }>(sql`
    with class as (
      select id from retention_classes where name = ${retention_class} and deleted_at is null for key share
    ), agent as (
      select id from agents where id = ${agent_id}::uuid and deleted_at is null for key share
    ), put as (
      insert into retention_assignments (agent_id, namespace, retention_class)
      select ${agent_id}::uuid, ${namespace}::text, class.id
      from class
      where ${agent_id}::uuid is null or exists (select 1 from agent)
      on conflict (agent_id, namespace) do update set retention_class = excluded.retention_class
    )
    select exists (select 1 from class) as has_class,
      ${agent_id}::uuid is null or exists (select 1 from agent) as has_agent`)
  if (!rows[0]?.has_class) return 'class_not_found'
  return rows[0].has_agent ? 'put' : 'agent_not_found'
}
