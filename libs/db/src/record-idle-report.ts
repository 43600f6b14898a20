import type { ReadReport } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import sql from 'sql-template-tag'
import { holdReadReport } from './hold-read-report.ts'
import type { HeldReport, Lane } from './hold-read-report.ts'
import type { Database } from './open-database.ts'
import { transaction } from './transaction.ts'

export interface IdleReport {
  report: ReadReport
  /** Its batches up to this one were sent before it: it counts when they are committed. */
  afterBatch: number
}

interface LaneRow extends HeldReport {
  through: number
  through_batch_id: string | null
  read_batch: number | null
}

/** Instances of one agent; beyond, one that has never sent a batch is not noted. */
const instancesMax = 1_000

/**
 * Notes that an agent instance is there, and how far it has read where it tells that without a batch. Returns the batch
 * up to which everything of it is committed; null when there is none.
 */
export async function recordIdleReport(
  db: Database,
  lane: Lane,
  idle: IdleReport | null,
): Promise<string | null> {
  return transaction(db.pool, async (client) => {
    const row = (await touchLane(client, lane)) ?? (idle?.afterBatch === 0 && (await openLane(client, lane)))
    if (!row) return null
    const { through, through_batch_id, read_batch, ...held } = row
    // one that a later report has overtaken on the way would take back what that one said
    const counts = idle && idle.afterBatch <= through && idle.afterBatch >= (read_batch ?? 0)
    if (counts) await holdReadReport(client, lane, { held, report: idle.report, batch: idle.afterBatch })
    return through_batch_id
  })
}

async function touchLane(client: PoolClient, { agentId, instance }: Lane): Promise<LaneRow | undefined> {
  const { rows } = await client.query<LaneRow>(sql`
    update agent_commits set updated_at = now()
    where agent_id = ${agentId}::uuid and instance = ${instance}
    returning through::float8, through_batch_id, read_until_ns, read_behind, read_batch::float8`)
  return rows[0]
}

async function openLane(client: PoolClient, { agentId, instance }: Lane): Promise<LaneRow | undefined> {
  const { rows } = await client.query<LaneRow>(sql`
    insert into agent_commits (agent_id, instance)
    select id, ${instance} from agents
    where id = ${agentId}::uuid and deleted_at is null
      and (select count(*) from agent_commits where agent_id = ${agentId}::uuid) < ${instancesMax}::integer
    on conflict (agent_id, instance) do update set updated_at = now()
    returning through::float8, through_batch_id, read_until_ns, read_behind, read_batch::float8`)
  return rows[0]
}
