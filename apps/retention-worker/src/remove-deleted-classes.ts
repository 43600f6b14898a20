import { classifyDatabaseError, listDeletedClasses, removeRetentionClass } from '@logboom/db'
import type { Work } from './work.ts'

/** A job that was accepted for a class may wait for its writer: for days, when PostgreSQL is away. */
const graceHours = 24

/** Removes the classes that were deleted so long ago that no line can have them. */
export async function removeDeletedClasses(work: Work): Promise<void> {
  const { pool } = work.db
  for (const { id, name } of await listDeletedClasses(pool, { graceHours })) {
    if (!(await work.mayGoOn())) return
    const isGone = await removeRetentionClass(pool, id).catch(laterIfInUse)
    if (isGone) work.log.info('deleted retention class removed', { retentionClass: name })
  }
}

function laterIfInUse(error: unknown): false {
  if (classifyDatabaseError(error) === 'retry') return false
  throw error
}
