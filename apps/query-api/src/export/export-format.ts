import type { StoredEntry } from '@logboom/contracts'
import { createCsvFormat } from './csv-format.ts'
import { createNdjsonFormat } from './ndjson-format.ts'
import { createTextFormat } from './text-format.ts'

/** How an export is told, piece by piece; of one export only, for it knows what it has told. */
export interface ExportFormat {
  contentType: string
  /** Of a file. */
  extension: string
  /** The next entries, and where to go on after them. */
  part(entries: readonly StoredEntry[], mark: ExportMark): string
  /** What comes last. */
  end(outcome: ExportOutcome): string
}

export interface ExportMark {
  nextCursor: string
  /** Of this answer, up to here. */
  entries: number
}

export type ExportOutcome =
  | { complete: true; entries: number }
  /** `nextCursor` null: from the beginning. */
  | { complete: false; entries: number; nextCursor: string | null; code: string }

export const exportFormats = ['ndjson', 'csv', 'text'] as const
export type ExportFormatName = (typeof exportFormats)[number]

const openers: Record<ExportFormatName, () => ExportFormat> = {
  ndjson: createNdjsonFormat,
  csv: createCsvFormat,
  text: createTextFormat,
}

export function openFormat(name: ExportFormatName): ExportFormat {
  return openers[name]()
}
