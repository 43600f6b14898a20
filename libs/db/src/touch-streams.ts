import { formatMicros } from '@logboom/contracts'
import type { JobHeader } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import sql from 'sql-template-tag'
import type { StreamCache } from './stream-cache.ts'

/**
 * Makes the rows of a batch's streams, or brings their node, labels and last use up to date.
 * A deployment object or work order that does not exist, or is another agent's, becomes null; one that is registered
 * later is linked when the stream is next touched. In order of id, so that two writers cannot deadlock.
 */
export async function touchStreams(client: PoolClient, header: JobHeader, cache: StreamCache): Promise<void> {
  const stale = cache.stale(header)
  if (stale.length === 0) return
  const created = formatMicros(header.created_us)
  await client.query(sql`
    insert into log_streams (
      id, agent_id, deployment_object_id, work_order_id, namespace, pod_name, pod_uid, container_name,
      node, labels, first_seen, last_seen
    )
    select
      s.id, ${header.agent_id}::uuid, d.id, w.id, s.namespace, s.pod_name, s.pod_uid, s.container_name,
      s.node, s.labels, ${created}::timestamptz, now()
    from jsonb_to_recordset(${JSON.stringify(stale)}::jsonb) as s (
      id bigint, deployment_object_id uuid, work_order_id uuid, namespace text, pod_name text, pod_uid text,
      container_name text, node text, labels jsonb
    )
    left join deployment_objects d on d.id = s.deployment_object_id and d.agent_id = ${header.agent_id}::uuid
    left join work_orders w on w.id = s.work_order_id and w.agent_id = ${header.agent_id}::uuid
    order by s.id
    on conflict (id) do update set
      last_seen = greatest(log_streams.last_seen, excluded.last_seen),
      node = coalesce(excluded.node, log_streams.node),
      labels = case when excluded.labels = '{}' then log_streams.labels else excluded.labels end,
      idle_xid = null,
      deployment_object_id = coalesce(log_streams.deployment_object_id, excluded.deployment_object_id),
      work_order_id = coalesce(log_streams.work_order_id, excluded.work_order_id)`)
}
