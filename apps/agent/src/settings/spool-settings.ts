import { z } from 'zod'
import { whole } from './setting.ts'

/** Where batches wait. */
export const spoolSettings = {
  SPOOL_DIR: z
    .string()
    .default('/var/lib/logboom-agent')
    .describe('Batches wait here until the broker has committed them'),
  SPOOL_MAX_BYTES: whole(65_536, 536_870_912).describe('So much may wait'),
  SPOOL_FULL: z
    .enum(['drop_oldest', 'block'])
    .default('drop_oldest')
    .describe(
      'What happens then: `drop_oldest` drops the oldest lines, WARN and above last, and a gap counts them exactly; ' +
        'files and standard input are not read meanwhile, since they keep their lines. `block` stops all reading',
    ),
  SPOOL_MEMORY_BYTES: whole(0, 16_777_216).describe(
    'While the disk takes nothing, so much is held in memory and sent from there; then reading pauses. 0 = none',
  ),
  SPOOL_PROBE_MS: whole(10, 30_000).describe('How often a disk that took nothing is tried again'),
}
