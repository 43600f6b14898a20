import { decodeTuple, noOutcome, splitTuples } from '@logboom/contracts'
import type { RowFields, BatchJob, BatchOutcome } from '@logboom/contracts'
import { openBatchConsumer } from '@logboom/queue'
import { until } from '@logboom/testing'

/** A consumer that keeps every job and reports it as stored. */
export function collectJobs(
  url: string,
  outcomeOf = (entries: number): Partial<BatchOutcome> => ({ stored: entries }),
) {
  const jobs: BatchJob[] = []
  const silent = () => undefined
  const consumer = openBatchConsumer({
    url,
    concurrency: 4,
    process: async (job) => {
      jobs.push(job)
      return { done: { ...noOutcome, ...outcomeOf(job.header.entries) } }
    },
    onUndecodable: silent,
    log: { debug: silent, info: silent, warn: silent, error: silent },
  })
  return {
    consumer,
    jobs,
    /** All jobs of a batch, the first part first. */
    async of(batchId: unknown): Promise<BatchJob[]> {
      const found = () => jobs.filter(({ header }) => header.batch_id === batchId)
      await until(() => found().length === (found()[0]?.header.parts ?? 1), {
        what: `the jobs of batch ${String(batchId)}`,
      })
      return found().toSorted((a, b) => (a.header.min_us ?? 0) - (b.header.min_us ?? 0))
    },
  }
}

/** The rows of some jobs, by column. */
export function rowsOf(jobs: BatchJob[]): RowFields[] {
  return jobs.flatMap(({ rows }) => splitTuples(rows)).map(decodeTuple)
}
