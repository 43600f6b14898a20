import type { Database, ReceiptSigner } from '@logboom/db'
import type { Logger } from '@logboom/service'
import type { RetentionConfig } from './config.ts'
import type { RetentionMetrics } from './metrics.ts'

export interface RetentionTerms {
  cleanupIntervalSeconds: number
  maxDeleteBatch: number
  maxLogsPerAgent: number
  maxLogsPerDeployment: number
}

/** What every task of this process works with. */
export interface Work {
  db: Database
  signer: ReceiptSigner
  terms: RetentionTerms
  metrics: RetentionMetrics
  log: Logger
  /** Asked between steps: false when the process stops or another replica has taken over. */
  mayGoOn(): Promise<boolean>
  /** Leaves that an open transaction keeps from being dropped, since when (ms). */
  heldSince: Map<string, number>
}

export function termsOf(config: RetentionConfig): RetentionTerms {
  return {
    cleanupIntervalSeconds: config.CLEANUP_INTERVAL_MINUTES * 60,
    maxDeleteBatch: config.MAX_DELETE_BATCH,
    maxLogsPerAgent: config.MAX_LOGS_PER_AGENT,
    maxLogsPerDeployment: config.MAX_LOGS_PER_DEPLOYMENT,
  }
}
