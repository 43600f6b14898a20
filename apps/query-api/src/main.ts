import { runProcess } from '@logboom/service'
import { QueryConfig } from './config.ts'
import { startQueryApi } from './start.ts'

await runProcess('query-api', QueryConfig, startQueryApi)
