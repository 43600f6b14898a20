import { formatMicros } from '@logboom/contracts'
import type { JobHeader } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import sql from 'sql-template-tag'

/** Stores what an agent knows it could not deliver; a repeat of the same gap changes nothing. */
export async function insertGaps(
  client: PoolClient,
  { gaps, agent_id, created_us }: JobHeader,
): Promise<void> {
  if (gaps.length === 0) return
  await client.query(sql`
    insert into log_gaps (
      id, agent_id, namespace, pod_name, container_name, from_time, to_time, lines, bytes, reason, exact,
      retention_class, created_at
    )
    select
      g.id, ${agent_id}::uuid, g.namespace, g.pod_name, g.container_name, g.from, g.to, g.lines, g.bytes, g.reason,
      g.exact, g.retention_class, ${formatMicros(created_us)}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(gaps)}::jsonb) as g (
      id uuid, namespace text, pod_name text, container_name text, "from" timestamptz, "to" timestamptz,
      lines bigint, bytes bigint, reason text, exact boolean, retention_class smallint
    )
    on conflict (id) do nothing`)
}
