import type { ExportFormat } from './export-format.ts'

/** An entry on each line, as pages have it; between them, and last of all, `{"export":{…}}`: no entry has such a field. */
export function createNdjsonFormat(): ExportFormat {
  const lineOf = (value: unknown) => `${JSON.stringify(value)}\n`
  const markOf = (mark: object) => lineOf({ export: mark })
  return {
    contentType: 'application/x-ndjson; charset=utf-8',
    extension: 'ndjson',
    part: (all, { nextCursor, entries }) =>
      all.map(lineOf).join('') + markOf({ next_cursor: nextCursor, entries, complete: false }),
    end: (outcome) =>
      outcome.complete
        ? markOf({ next_cursor: null, entries: outcome.entries, complete: true })
        : markOf({
            next_cursor: outcome.nextCursor,
            entries: outcome.entries,
            complete: false,
            code: outcome.code,
          }),
  }
}
