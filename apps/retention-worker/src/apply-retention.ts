import { defaultRetentionClass } from '@logboom/contracts'
import { listRetentionPolicy, putRetentionClass } from '@logboom/db'
import type { Database } from '@logboom/db'
import type { Logger } from '@logboom/service'
import { retentionSecondsOf } from './config.ts'
import type { RetentionConfig } from './config.ts'

/**
 * Makes the configured retention that of the default class. Configured or not, nothing is done that could delete lines
 * without a word: what an administrator has put by the API only gives way to a value that somebody has set.
 */
export async function applyRetention(db: Database, log: Logger, config: RetentionConfig): Promise<void> {
  const retentionSeconds = retentionSecondsOf(config)
  if (retentionSeconds === null) return
  const { name, id } = defaultRetentionClass
  const { classes } = await listRetentionPolicy(db.pool)
  const storedSeconds = classes.find((one) => one.id === id)?.retention_seconds ?? null
  if (storedSeconds === retentionSeconds) return
  await putRetentionClass(db.pool, { name, retentionSeconds })
  log.warn('retention of the default class changed by configuration', { storedSeconds, retentionSeconds })
}
