import { z } from 'zod'
import { Follow } from './follow.ts'
import { LimitOverrides } from './limits.ts'
import { AgentProgress, IdleReadUntil, RejectedReadUntil } from './read-until.ts'

const Name = z.string().trim().min(1).max(253)
const Labels = z
  .record(z.string().min(1).max(256), z.string().max(256))
  .refine((l) => Object.keys(l).length <= 32, {
    error: 'at most 32 labels',
  })

export const AgentStatus = z.enum(['ACTIVE', 'INACTIVE'])

export const Agent = z
  .object({
    id: z.uuid(),
    name: z.string(),
    cluster_name: z.string(),
    status: AgentStatus,
    last_seen: z.string().nullable(),
    version: z.string().nullable(),
    labels: z.record(z.string(), z.string()),
    limits: LimitOverrides,
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'Agent' })
export type Agent = z.infer<typeof Agent>

export const CreateAgent = z
  .strictObject({
    id: z.uuid().optional().describe('Default: a new one'),
    name: Name,
    cluster_name: Name,
    labels: Labels.default({}),
    limits: LimitOverrides.default({}),
  })
  .meta({ id: 'CreateAgent' })

export const UpdateAgent = z
  .strictObject({
    name: Name,
    cluster_name: Name,
    status: AgentStatus.describe(
      'INACTIVE: whatever its keys ask for is refused, within 30 s; its lines stay',
    ),
    labels: Labels,
    limits: LimitOverrides.describe('Replaces all overrides of the agent'),
  })
  .partial()
  .meta({ id: 'UpdateAgent' })

const { complete_until, lag_seconds } = AgentProgress.shape

/** An agent as it is read: with how far it has got. */
export const AgentWithProgress = Agent.extend({ complete_until, lag_seconds }).meta({
  id: 'AgentWithProgress',
})
export type AgentWithProgress = z.infer<typeof AgentWithProgress>

const heartbeatFields = {
  version: z.string().max(64).optional(),
  instance: z.string().max(128).optional().describe('As in `Logboom-Instance`'),
}

/** A sign of life. A report of another shape is told of, not refused; fields of newer agents are ignored. */
export const HeartbeatBody = z
  .object({ ...heartbeatFields, read_until: z.unknown().optional() })
  .meta({ id: 'HeartbeatBody' })

/** The documented shape of a heartbeat. */
export const Heartbeat = z
  .object({ ...heartbeatFields, read_until: IdleReadUntil.optional().describe('Needs `instance`') })
  .meta({ id: 'Heartbeat' })

export const HeartbeatAnswer = z
  .object({
    committed_through: z
      .string()
      .optional()
      .describe('The batch up to which everything of this instance is committed'),
    rejected_read_until: RejectedReadUntil.optional(),
    follow: Follow.optional().describe('Somebody follows streams of this agent'),
  })
  .meta({ id: 'HeartbeatAnswer' })
export type HeartbeatAnswer = z.infer<typeof HeartbeatAnswer>

export const Pak = z
  .object({
    id: z.uuid(),
    kind: z.enum(['admin', 'agent', 'reader']),
    agent_id: z.uuid().nullable(),
    short: z.string(),
    label: z.string(),
    scope_agents: z.array(z.uuid()).nullable(),
    scope_namespaces: z.array(z.string()).nullable(),
    created_at: z.string(),
    expires_at: z.string().nullable(),
    revoked_at: z.string().nullable(),
    last_used_at: z.string().nullable(),
  })
  .meta({ id: 'Pak' })
export type Pak = z.infer<typeof Pak>

/** The only answer that ever holds the key itself. */
export const IssuedPak = Pak.extend({ pak: z.string() }).meta({ id: 'IssuedPak' })
export type IssuedPak = z.infer<typeof IssuedPak>

export const IssueAgentPak = z
  .strictObject({
    label: z.string().max(253).default(''),
    expires_at: z.iso.datetime({ offset: true }).optional(),
  })
  .meta({ id: 'IssueAgentPak' })

export const IssuePak = IssueAgentPak.extend({
  kind: z.enum(['admin', 'reader']),
  scope_agents: z.array(z.uuid()).min(1).optional(),
  scope_namespaces: z.array(Name).min(1).optional(),
}).meta({ id: 'IssuePak' })

export const UpdatePak = z
  .strictObject({
    label: z.string().max(253),
    expires_at: z.iso.datetime({ offset: true }).nullable().describe('null: never'),
  })
  .partial()
  .meta({ id: 'UpdatePak' })

export const DeploymentObject = z
  .object({
    id: z.uuid(),
    agent_id: z.uuid(),
    name: z.string(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'DeploymentObject' })
export type DeploymentObject = z.infer<typeof DeploymentObject>

export const PutDeploymentObject = z
  .strictObject({ agent_id: z.uuid(), name: z.string().max(253).default('') })
  .meta({ id: 'PutDeploymentObject' })

export const WorkOrderStatus = z.enum([
  'PENDING',
  'CLAIMED',
  'RETRY_PENDING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
])

export const WorkOrder = z
  .object({
    id: z.uuid(),
    agent_id: z.uuid(),
    work_type: z.string(),
    status: WorkOrderStatus,
    created_at: z.string(),
    updated_at: z.string(),
    completed_at: z.string().nullable(),
  })
  .meta({ id: 'WorkOrder' })
export type WorkOrder = z.infer<typeof WorkOrder>

export const PutWorkOrder = z
  .strictObject({
    agent_id: z.uuid(),
    work_type: z.string().max(50).default(''),
    status: WorkOrderStatus.default('PENDING'),
  })
  .meta({ id: 'PutWorkOrder' })

export const TokenAnswer = z
  .object({ access_token: z.string(), token_type: z.literal('Bearer'), expires_in: z.int() })
  .meta({ id: 'TokenAnswer' })

export const LimitsAnswer = z
  .object({
    max_entries_per_request: z.int(),
    requests_per_minute: z.int(),
    request_burst: z.int(),
    max_instances: z.int(),
    max_message_bytes: z.int(),
    max_body_bytes: z.int(),
    max_logs: z.int(),
    retention_seconds: z.int(),
    committed_through: z.record(z.string(), z.string()).describe('By instance'),
  })
  .meta({ id: 'LimitsAnswer' })

export const WhoAmI = z
  .object({
    kind: z.enum(['admin', 'agent', 'reader']),
    agent_id: z.uuid().nullable(),
    agents: z.array(z.uuid()).nullable(),
    namespaces: z.array(z.string()).nullable(),
    label: z.string().describe("The key's label, or the user's name"),
  })
  .meta({ id: 'WhoAmI' })
