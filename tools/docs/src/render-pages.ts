import { AgentConfig } from '@logboom/agent/config'
import { IngestConfig } from '@logboom/ingest-api/config'
import { QueryConfig } from '@logboom/query-api/config'
import { buildDocument } from '@logboom/query-api/openapi'
import { RetentionConfig } from '@logboom/retention-worker/config'
import { describeConfig } from '@logboom/service'
import { WriterConfig } from '@logboom/writer-worker/config'
import { renderApi } from './render-api.ts'
import { renderConfiguration } from './render-configuration.ts'
import type { AppConfig } from './render-configuration.ts'

export interface Page {
  /** From the root of the repository. */
  path: string
  text: string
}

/** The pages that are made from the schemas that the services run with. */
export function renderPages(): Page[] {
  return [
    { path: 'docs/api.md', text: renderApi(buildDocument()) },
    { path: 'docs/configuration.md', text: renderConfiguration(apps()) },
  ]
}

function apps(): AppConfig[] {
  const schemas = {
    'ingest-api': IngestConfig,
    'writer-worker': WriterConfig,
    'query-api': QueryConfig,
    'retention-worker': RetentionConfig,
    agent: AgentConfig,
  }
  return Object.entries(schemas).map(([app, schema]) => ({ app, rows: describeConfig(app, schema) }))
}
