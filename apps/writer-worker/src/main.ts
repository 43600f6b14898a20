import { runProcess } from '@logboom/service'
import { WriterConfig } from './config.ts'
import { startWriterWorker } from './start.ts'

await runProcess('writer-worker', WriterConfig, startWriterWorker)
