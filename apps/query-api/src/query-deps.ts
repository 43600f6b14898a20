import type { Database } from '@logboom/db'
import type { QueueDepthView } from '@logboom/queue'
import type { Authenticator, Tokens } from '@logboom/service'
import type { QueryConfig } from './config.ts'
import type { Following } from './follow/open-following.ts'
import type { Gates } from './open-gates.ts'
import type { QueryMetrics } from './metrics.ts'

/** What routes need. */
export interface QueryDeps {
  db: Database
  authenticator: Authenticator
  tokens: Pick<Tokens, 'jwks'>
  metrics: QueryMetrics
  gates: Gates
  /** Aborted when the service is about to stop: what has no end of its own ends then. */
  stopping: AbortSignal
  /** Null: without a Redis. */
  queueDepth: Pick<QueueDepthView, 'read'> | null
  following: Following
  config: Pick<QueryConfig, 'SEARCH_TIME_MS' | 'COUNT_TIMEOUT_MS' | 'STATEMENT_TIMEOUT_MS' | 'MAX_INSTANCES'>
}
