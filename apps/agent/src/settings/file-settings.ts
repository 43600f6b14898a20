import { hostname } from 'node:os'
import { z } from 'zod'
import { flag, globList, whole } from './setting.ts'

/** Plain files and standard input. */
export const fileSettings = {
  FOLLOW: globList('').describe('Files to follow: a comma list of paths and globs'),
  FOLLOW_EXCLUDE: globList('*.{gz,bz2,xz,zst,zip,tmp,swp}').describe(
    'Of these, the ones that are left alone; without a slash, any file of that name',
  ),
  FOLLOW_NAMESPACE: z.string().min(1).max(253).default('host').describe('`namespace` of followed lines'),
  FOLLOW_POD_NAME: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .transform((name) => name ?? (hostname() || 'unknown'))
    .describe('`pod_name` of followed lines; the host’s name when not given'),
  STDIN: flag(false).describe('Read lines from standard input as well'),
  POLL_INTERVAL_MS: whole(10, 1_000).describe(
    'How often files are looked at besides the notices of the system',
  ),
  PARTIAL_LINE_MS: whole(10, 5_000).describe('Silence after which a last line without its newline is sent'),
  ROTATED_QUIET_MS: whole(10, 60_000).describe('Silence after which a file that was rotated away is let go'),
  MAX_LINE_BYTES: whole(1_024, 262_144).describe(
    'Bytes kept of a line while it is read; the rest is counted',
  ),
}
