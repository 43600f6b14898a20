import { setTimeout as wait } from 'node:timers/promises'
import { countBusySessions } from '@logboom/db'
import type { Work } from './work.ts'

/** Deleting back to back cost ingest a third of its rate, with pauses of a few times the batch a tenth. */
const pauseFactor = 3
const pauseMsMax = 500

/** Makes room for others after a batch that took `tookMs`; none are there, none is made: 200 000 rows/s and more. */
export async function pace(work: Work, tookMs: number): Promise<void> {
  if ((await countBusySessions(work.db.pool)) === 0) return
  await wait(Math.min(tookMs * pauseFactor, pauseMsMax))
}
