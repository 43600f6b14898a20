import {
  AgentStatus,
  gapReasons,
  Pak,
  PutRetentionClass,
  receiptKinds,
  WorkOrderStatus,
} from '@logboom/contracts'
import { z } from 'zod'
import { listQuery } from './answer-list.ts'
import { Id, Time } from './log-query.ts'

const Text = z.string().min(1, 'must not be empty').max(1_000)

/** The query parameters of each list, which validate and document it. */
export const AgentsQuery = z.object({
  ...listQuery,
  name: Text.optional(),
  cluster_name: Text.optional(),
  status: AgentStatus.optional(),
})

export const AgentPaksQuery = z.object(listQuery)

export const PaksQuery = z.object({ ...listQuery, kind: Pak.shape.kind.optional(), agent_id: Id.optional() })

export const DeploymentObjectsQuery = z.object({
  ...listQuery,
  agent_id: Id.optional(),
  name: Text.optional(),
})

export const WorkOrdersQuery = z.object({
  ...listQuery,
  agent_id: Id.optional(),
  work_type: Text.optional(),
  status: WorkOrderStatus.optional(),
})

export const DeadLettersQuery = z.object({
  ...listQuery,
  agent_id: Id.optional(),
  batch_id: Text.optional(),
  reason: Text.optional(),
})

export const ReceiptsQuery = z.object({
  ...listQuery,
  kind: z.enum(receiptKinds).optional(),
  retention_class: Text.optional(),
})

export const GapsQuery = z.object({
  ...listQuery,
  agent_id: Id.optional(),
  namespace: Text.optional(),
  pod_name: Text.optional().describe('Beginning of the name; a trailing `*` is accepted'),
  container_name: Text.optional(),
  reason: z.enum(gapReasons).optional(),
  since: Time.optional().describe('Gaps that end at or after this'),
  until: Time.optional().describe('Gaps that begin before this'),
})

export const SavedSearchesQuery = z.object({
  ...listQuery,
  all: z
    .enum(['true', 'false'])
    .default('false')
    .describe('For admins: `true` lists those that others do not share, too'),
})

export const StatsQuery = z.object({ agent_id: Id.optional() })

export const PreviewQuery = z.object({
  retention_class: Text.optional().describe('As if this class had `retention_seconds`'),
  retention_seconds: z.coerce.number().pipe(PutRetentionClass.shape.retention_seconds).optional(),
})

export const NoQuery = z.object({})
