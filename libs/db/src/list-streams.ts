import sql from 'sql-template-tag'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'

/** What a stream knows of its lines. */
export interface Stream {
  id: string
  agentId: string
  deploymentObjectId: string | null
  workOrderId: string | null
  namespace: string
  podName: string
  podUid: string | null
  containerName: string | null
  node: string | null
  labels: Record<string, string>
}

/** The streams with these ids, in no order, without a question of who may see them (500: 1 ms). */
export async function listStreams(db: Database, ids: readonly string[]): Promise<Stream[]> {
  if (ids.length === 0) return []
  const { rows } = await queryPrepared<Stream>(
    db,
    sql`
    select
      s.id::text, s.agent_id as "agentId", s.deployment_object_id as "deploymentObjectId",
      s.work_order_id as "workOrderId", s.namespace, s.pod_name as "podName", s.pod_uid as "podUid",
      s.container_name as "containerName", s.node, s.labels
    from log_streams s
    where s.id = any(${ids}::bigint[])`,
  )
  return rows
}
