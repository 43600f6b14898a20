import type { Sql } from 'sql-template-tag'
import sql from 'sql-template-tag'
import { inOrder, rowsOf } from './match-rows.ts'
import type { RowPosition, RowQuery } from './match-rows.ts'
import type { Database } from './open-database.ts'

/** A stored line with what its stream knows of it. */
export interface FoundRow extends RowPosition {
  createdUs: number
  severity: number | null
  flags: number
  message: string
  originalBytes: number | null
  groupId: string | null
  attributes: Record<string, unknown> | null
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

/** bigint comes as text; microseconds fit a double. */
type RawRow = Omit<FoundRow, 'us' | 'createdUs'> & { us: string; createdUs: string }

/**
 * The next rows of one window, in order. Measured on 2 M rows of 2 000 streams in 26 leaves (PostgreSQL 18, 2
 * cores): the next 101 of everything, of an agent or of one stream 1 to 4 ms, 500 take 3 to 9 ms. Leaves give
 * the order by (timestamp, id) or (stream_id, timestamp), an incremental sort does the rest.
 */
export async function searchRows(db: Database, query: RowQuery & { limit: number }): Promise<FoundRow[]> {
  const { rows } = await db.pool.query<RawRow>(searchRowsStatement(query))
  return rows.map((row) => ({ ...row, us: Number(row.us), createdUs: Number(row.createdUs) }))
}

/** Apart, so that a test can have it explained. */
export function searchRowsStatement(query: RowQuery & { limit: number }): Sql {
  return sql`
    with page as materialized (
      select l.timestamp, l.created_at, l.stream_id, l.id, l.suborder, l.original_bytes, l.severity, l.flags,
        l.message, l.group_id, l.attributes
      from ${rowsOf(query)}
      order by ${inOrder(query.order)}
      limit ${query.limit}::integer
    )
    select
      (extract(epoch from l.timestamp) * 1000000)::bigint as us,
      l.suborder,
      l.id,
      (extract(epoch from l.created_at) * 1000000)::bigint as "createdUs",
      l.severity,
      l.flags,
      l.message,
      l.original_bytes as "originalBytes",
      l.group_id as "groupId",
      l.attributes,
      s.agent_id as "agentId",
      s.deployment_object_id as "deploymentObjectId",
      s.work_order_id as "workOrderId",
      s.namespace,
      s.pod_name as "podName",
      s.pod_uid as "podUid",
      s.container_name as "containerName",
      s.node,
      s.labels
    from page l
    join log_streams s on s.id = l.stream_id
    order by ${inOrder(query.order)}`
}
