import type { Figure } from './figure.ts'
import type { BenchOptions } from './options.ts'
import type { Progress } from './progress.ts'

export interface PartContext {
  options: BenchOptions
  progress: Progress
}

export interface PartResult {
  figures: Figure[]
  /** Whatever else a reader of the JSON may want: series over time, plans. */
  details?: Record<string, unknown>
}

/** One sub-benchmark: brings its own servers and leaves nothing behind. Throws when a line was lost or doubled. */
export type Part = (context: PartContext) => Promise<PartResult>
