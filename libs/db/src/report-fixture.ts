import type { BatchJob, ReadReport } from '@logboom/contracts'
import { jobOf } from '@logboom/testing'
import type { JobOptions } from '@logboom/testing'
import { findProgress } from './find-progress.ts'
import { anyStream } from './match-streams.ts'
import type { StreamFilter } from './match-streams.ts'
import type { Database } from './open-database.ts'
import type { ReadScope } from './visible-rows.ts'

export type Behind = Partial<ReadReport['behind'][number]>

/** How far an instance says that it has read. */
export function report(untilNs: number | null, ...behind: Behind[]): ReadReport {
  return {
    until_ns: untilNs === null ? null : String(untilNs),
    behind: behind.map((one) => ({
      namespace: 'n',
      pod_name: 'p',
      container_name: null,
      until_ns: null,
      ...one,
    })),
  }
}

/** A batch of the agent's instance `a` that says it. */
export function reporting(
  agentId: string,
  batchNumber: number,
  told: ReadReport | null,
  more: Partial<JobOptions> = {},
): BatchJob {
  const job = jobOf({ agentId, messages: [], instance: 'a', batchNumber, ...more })
  return told ? { ...job, header: { ...job.header, read_report: told } } : job
}

export const everybody: ReadScope = { agents: null, namespaces: null }

/** What a search is told, in nanoseconds; null: not known. */
export async function toldUntil(
  db: Database,
  filter: Partial<StreamFilter> = {},
  scope: ReadScope = everybody,
  maxInstances = 1,
): Promise<number | null> {
  const options = { maxInstances, limit: 20 }
  const [first] = await findProgress(db, scope, { ...anyStream, ...filter }, options)
  return first?.untilNs == null ? null : Number(first.untilNs)
}
