import { silentLog } from './batch-job-fixture.ts'
import { openBatchConsumer } from './batch-consumer.ts'

// A writer that takes a job and never ends it, to be killed: `node hold-job-fixture.ts <url>` prints the ids
// it holds.
openBatchConsumer({
  url: process.argv[2] ?? '',
  concurrency: 1,
  lockMs: 500,
  stalledMs: 200,
  process: (job) => {
    process.stdout.write(`${job.header.job_id}\n`)
    return new Promise(() => undefined)
  },
  onUndecodable: () => undefined,
  log: silentLog,
})
