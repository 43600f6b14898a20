import { formatMicros } from '@logboom/contracts'
import type { JobHeader, JobStream } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import sql from 'sql-template-tag'
import type { StreamCache } from './stream-cache.ts'

/**
 * Makes the rows of batches' streams, or brings their node, labels and last use up to date.
 * A deployment object or work order that does not exist, or is another agent's, becomes null; one that is registered
 * later is linked when the stream is next touched. In order of id, so that two writers cannot deadlock.
 */
export async function touchStreams(
  client: PoolClient,
  headers: readonly JobHeader[],
  cache: StreamCache,
): Promise<void> {
  const stale = staleOf(headers, cache)
  if (stale.length === 0) return
  await client.query(sql`
    insert into log_streams (
      id, agent_id, deployment_object_id, work_order_id, namespace, pod_name, pod_uid, container_name,
      node, labels, first_seen, last_seen
    )
    select
      s.id, s.agent_id, d.id, w.id, s.namespace, s.pod_name, s.pod_uid, s.container_name,
      s.node, s.labels, s.created_at, now()
    from jsonb_to_recordset(${JSON.stringify(stale)}::jsonb) as s (
      id bigint, agent_id uuid, deployment_object_id uuid, work_order_id uuid, namespace text, pod_name text,
      pod_uid text, container_name text, node text, labels jsonb, created_at timestamptz
    )
    left join deployment_objects d on d.id = s.deployment_object_id and d.agent_id = s.agent_id
    left join work_orders w on w.id = s.work_order_id and w.agent_id = s.agent_id
    order by s.id
    on conflict (id) do update set
      last_seen = greatest(log_streams.last_seen, excluded.last_seen),
      node = coalesce(excluded.node, log_streams.node),
      labels = case when excluded.labels = '{}' then log_streams.labels else excluded.labels end,
      idle_xid = null,
      deployment_object_id = coalesce(log_streams.deployment_object_id, excluded.deployment_object_id),
      work_order_id = coalesce(log_streams.work_order_id, excluded.work_order_id)`)
}

interface TouchedStream extends JobStream {
  agent_id: string
  created_at: string
}

/** Each stream once; of several batches, the one received last says node and labels, if it knows them. */
function staleOf(headers: readonly JobHeader[], cache: StreamCache): TouchedStream[] {
  const stale = new Map<string, TouchedStream>()
  for (const header of headers.toSorted((a, b) => a.created_us - b.created_us)) {
    for (const stream of cache.stale(header)) {
      const before = stale.get(stream.id)
      const knowsLabels = !before || Object.keys(stream.labels).length > 0
      stale.set(stream.id, {
        ...stream,
        agent_id: header.agent_id,
        created_at: before?.created_at ?? formatMicros(header.created_us),
        node: stream.node ?? before?.node ?? null,
        labels: knowsLabels ? stream.labels : before.labels,
      })
    }
  }
  return [...stale.values()]
}
