import type { BatchJob } from '@logboom/contracts'
import type { WriteResult, WrittenBatch } from '@logboom/db'

export interface GroupOptions {
  /** Groups that are written at once. */
  lanes: number
  jobsMax: number
  /** Of rows; a larger job is a group of its own. */
  bytesMax: number
  /** Writes a group; the results stand in its order. */
  write: (jobs: readonly BatchJob[]) => Promise<WriteResult[]>
}

interface Waiting {
  job: BatchJob
  written: PromiseWithResolvers<WrittenBatch>
}

/**
 * Lets jobs that come while all lanes are busy wait for each other, and writes them together when one is free: under
 * load a transaction holds many, and at rest a job waits for nobody. Returns what writes a job; it resolves after COMMIT.
 */
export function groupBatches({
  lanes,
  jobsMax,
  bytesMax,
  write,
}: GroupOptions): (job: BatchJob) => Promise<WrittenBatch> {
  const waiting: Waiting[] = []
  let busy = 0

  function takeGroup(): Waiting[] {
    let bytes = 0
    const fits = waiting.findIndex(({ job }, index) => {
      bytes += job.rows.length
      return index > 0 && (index === jobsMax || bytes > bytesMax)
    })
    return waiting.splice(0, fits === -1 ? waiting.length : fits)
  }

  async function writeGroups(): Promise<void> {
    busy += 1
    while (waiting.length > 0) {
      const group = takeGroup()
      const results = await write(group.map(({ job }) => job)).catch(failAll(group.length))
      group.forEach(({ written }, index) => settle(written, results[index]))
    }
    busy -= 1
  }

  return (job) => {
    const written = Promise.withResolvers<WrittenBatch>()
    waiting.push({ job, written })
    if (busy < lanes) void writeGroups()
    return written.promise
  }
}

function failAll(jobs: number): (reason: unknown) => WriteResult[] {
  return (reason) => Array.from({ length: jobs }, () => ({ status: 'rejected', reason }))
}

function settle(written: PromiseWithResolvers<WrittenBatch>, result: WriteResult | undefined): void {
  if (result?.status === 'fulfilled') written.resolve(result.value)
  else written.reject(result?.reason ?? new Error('a job without a result'))
}
