import { startAgent } from '@logboom/agent'
import { startIngestApi } from '@logboom/ingest-api'
import { startQueryApi } from '@logboom/query-api'
import { startRetentionWorker } from '@logboom/retention-worker'
import type { Lifecycle, Logger } from '@logboom/service'
import { startWriterWorker } from '@logboom/writer-worker'
import type { ServiceConfigs, ServiceName } from './configure-services.ts'

/** All roles by the start functions of their own processes, those that others need first. */
export async function startServices(
  configs: ServiceConfigs,
  life: Lifecycle,
  logOf: (service: ServiceName) => Logger,
): Promise<void> {
  await startRetentionWorker(configs['retention-worker'], life, logOf('retention-worker'))
  await startWriterWorker(configs['writer-worker'], life, logOf('writer-worker'))
  await startIngestApi(configs['ingest-api'], life, logOf('ingest-api'))
  await startQueryApi(configs['query-api'], life, logOf('query-api'))
  await startAgent(configs.agent, life, logOf('agent'))
}
