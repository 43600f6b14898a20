import { runProcess } from '@logboom/service'
import { IngestConfig } from './config.ts'
import { startIngestApi } from './start.ts'

await runProcess('ingest-api', IngestConfig, startIngestApi)
