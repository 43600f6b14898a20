import { runProcess } from '@logboom/service'
import { RetentionConfig } from './config.ts'
import { startRetentionWorker } from './start.ts'

await runProcess('retention-worker', RetentionConfig, startRetentionWorker)
