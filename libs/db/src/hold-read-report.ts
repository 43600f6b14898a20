import type { ReadReport } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import sql from 'sql-template-tag'
import { leastOf, mergeReadReports } from './merge-read-reports.ts'

/** What an instance's row in `agent_commits` says of how far it has read. */
export interface HeldReport {
  read_until_ns: string | null
  read_behind: ReadReport['behind'] | null
}

/** Whose row, which the transaction has locked. */
export interface Lane {
  agentId: string
  instance: string
}

/** Notes what an instance reported after `batch`: from the COMMIT on, searches are told of it. */
export async function holdReadReport(
  client: PoolClient,
  { agentId, instance }: Lane,
  { held, report, batch }: { held: HeldReport; report: ReadReport; batch: number },
): Promise<void> {
  const merged = mergeReadReports({ until_ns: held.read_until_ns, behind: held.read_behind ?? [] }, report)
  const { until_ns, behind } = merged
  await client.query(sql`
    update agent_commits set
      read_until_ns = ${until_ns}::bigint,
      read_least_ns = ${leastOf(merged)}::bigint,
      read_behind = ${behind.length > 0 ? JSON.stringify(behind) : null}::jsonb,
      read_batch = ${batch}::bigint,
      read_at = now()
    where agent_id = ${agentId}::uuid and instance = ${instance}`)
}
