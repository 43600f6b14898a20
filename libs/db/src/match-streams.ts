import type { Sql } from 'sql-template-tag'
import sql, { join } from 'sql-template-tag'
import { ownerIsVisible } from './visible-rows.ts'
import type { ReadScope } from './visible-rows.ts'

/** What the streams of a search have in common; null or empty = any. */
export interface StreamFilter {
  agentId: string | null
  namespace: string | null
  podNamePrefix: string | null
  podName: string | null
  containerName: string | null
  deploymentObjectId: string | null
  workOrderId: string | null
  labels: readonly (readonly [key: string, value: string])[]
}

export const anyStream: StreamFilter = {
  agentId: null,
  namespace: null,
  podNamePrefix: null,
  podName: null,
  containerName: null,
  deploymentObjectId: null,
  workOrderId: null,
  labels: [],
}

/** The condition on `log_streams s` of a search: what was asked for, within what the caller may read. */
export function matchesStream(scope: ReadScope, filter: StreamFilter): Sql {
  const visible = ownerIsVisible(scope, { agentId: sql`s.agent_id`, namespace: sql`s.namespace` })
  const conditions = [visible, ...placeConditions(filter, 's')]
  if (filter.deploymentObjectId) {
    conditions.push(sql`s.deployment_object_id = ${filter.deploymentObjectId}::uuid`)
  }
  if (filter.workOrderId) conditions.push(sql`s.work_order_id = ${filter.workOrderId}::uuid`)
  for (const [key, value] of filter.labels) conditions.push(sql`s.labels ->> ${key}::text = ${value}::text`)
  return join(conditions, ' and ')
}

const tables = { s: sql`s`, g: sql`g` }

/** The part of the filter that gaps can be judged by as well: agent, namespace, pod and container. */
export function placeConditions(filter: StreamFilter, alias: keyof typeof tables): Sql[] {
  const table = tables[alias]
  const conditions: Sql[] = []
  if (filter.agentId) conditions.push(sql`${table}.agent_id = ${filter.agentId}::uuid`)
  if (filter.namespace !== null) conditions.push(sql`${table}.namespace = ${filter.namespace}::text`)
  if (filter.podName !== null) conditions.push(sql`${table}.pod_name = ${filter.podName}::text`)
  if (filter.podNamePrefix)
    conditions.push(sql`${table}.pod_name like ${likePrefix(filter.podNamePrefix)}::text`)
  if (filter.containerName !== null)
    conditions.push(sql`${table}.container_name = ${filter.containerName}::text`)
  return conditions
}

/** A pattern of LIKE for what begins with `text`, whose own wildcards stand for themselves. */
export function likePrefix(text: string): string {
  return `${escapeLike(text)}%`
}

export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}
