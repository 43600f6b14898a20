import { z } from 'zod'
import { whole } from './setting.ts'

/** Where batches wait. */
export const spoolSettings = {
  SPOOL_DIR: z
    .string()
    .default('/var/lib/logboom-agent')
    .describe('Batches wait here until the broker has them'),
  SPOOL_MAX_BYTES: whole(65_536, 536_870_912).describe('When so much waits, reading pauses'),
}
