import { z } from 'zod'
import { filterParameters, parseFiltered } from '../log-query.ts'
import type { LogFilters } from '../log-query.ts'
import type { RawQuery } from '../parse-query.ts'
import { exportFormats } from './export-format.ts'

/** The query parameters of every route that exports entries. */
export const ExportQuery = z.object({
  ...filterParameters,
  order: z.enum(['asc', 'desc']).default('asc').describe('By time: oldest or newest first'),
  format: z.enum(exportFormats).default('ndjson'),
  cursor: z
    .string()
    .min(1, 'must not be empty')
    .optional()
    .describe(
      'Where an export with the same filters and order got to, in whatever format: goes on from there',
    ),
})
export type ExportQuery = LogFilters & Pick<z.output<typeof ExportQuery>, 'order' | 'format' | 'cursor'>

/** @throws {Problem} 400 that names the parameter at fault */
export function parseExportQuery(raw: RawQuery): ExportQuery {
  return parseFiltered(raw, ExportQuery)
}
