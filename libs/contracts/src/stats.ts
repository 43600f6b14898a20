import { z } from 'zod'
import { AgentProgress } from './read-until.ts'

const Count = z.int().min(0)
const PerMinute = z.number().min(0).describe('Entries received in the last five whole minutes, by five')
const { complete_until, lag_seconds } = AgentProgress.shape

export const AgentStats = z
  .object({
    agent_id: z.uuid(),
    name: z.string(),
    cluster_name: z.string(),
    entries: Count,
    bytes: Count,
    entries_per_minute: PerMinute,
    last_seen: z.string().nullable(),
    complete_until,
    lag_seconds,
    gaps: Count.describe('Records at `GET /api/v1/gaps`'),
  })
  .meta({ id: 'AgentStats' })
export type AgentStats = z.infer<typeof AgentStats>

export const QueueDepth = z
  .object({
    waiting: Count.describe('Jobs that a writer will take, also those that it tries again later'),
    active: Count,
    failed: Count.describe('Jobs that no version of the payload fits'),
    oldest_seconds: z
      .number()
      .min(0)
      .nullable()
      .describe('Age of the oldest job that is not done; null: none'),
  })
  .meta({ id: 'QueueDepth' })
export type QueueDepth = z.infer<typeof QueueDepth>

export const Stats = z
  .object({
    entries: Count.describe('That can be found, by the writers’ counts: to the minute of receipt'),
    bytes: Count.describe('Of their messages'),
    entries_per_minute: PerMinute,
    gaps: Count,
    agents: Count,
    oldest_row_age_seconds: z
      .number()
      .nullable()
      .describe(
        'Of all rows in the database, at the last look of retention-worker; null: none, or not known',
      ),
    database_bytes: Count.nullable().describe('For admins only'),
    queue: QueueDepth.nullable().describe('For admins only; null also where Redis does not answer'),
    per_agent: z.array(AgentStats).describe('Those with most entries first, 2 000 at most'),
  })
  .meta({ id: 'Stats' })
export type Stats = z.infer<typeof Stats>
