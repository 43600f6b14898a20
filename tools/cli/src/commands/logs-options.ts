import type { FilterOptions } from '../logs/filter-options.ts'
import type { ShowOptions } from '../logs/show-options.ts'

/** Of `logs` and `export`. */
export interface LogsOptions extends FilterOptions, ShowOptions {
  limit?: number
  tail?: number
  order?: 'asc' | 'desc'
  follow?: true
  context?: number
  all?: true
  out?: string
  exitCode?: true
}
