import { toProblem } from '@logboom/service'
import { toStoredEntry } from '../to-stored-entry.ts'
import type { ExportFormat } from './export-format.ts'
import type { RowsPart } from './read-parts.ts'

export interface ToldExport {
  /** Pieces of the answer. */
  text: AsyncGenerator<string>
  /** What ended it before its end, once the text has been told; undefined when nothing did. */
  failure(): unknown
}

/**
 * Parts as text, from the first, which has been read already. What goes wrong after that is told in the text, with where to go
 * on: the status was sent long ago.
 */
export function tellParts(
  parts: AsyncGenerator<RowsPart>,
  first: IteratorResult<RowsPart>,
  { format, cursor }: { format: ExportFormat; cursor: string | null },
): ToldExport {
  let failure: unknown
  let entries = 0
  let nextCursor = cursor

  async function* tell(): AsyncGenerator<string> {
    try {
      for (let part = first; !part.done; part = await parts.next()) {
        const { rows } = part.value
        ;({ nextCursor } = part.value)
        entries += rows.length
        yield format.part(rows.map(toStoredEntry), { nextCursor, entries })
      }
    } catch (error) {
      failure = error
    } finally {
      await parts.return(undefined)
    }
    if (failure === undefined) yield format.end({ complete: true, entries })
    else yield format.end({ complete: false, entries, nextCursor, code: toProblem(failure).code })
  }
  return { text: tell(), failure: () => failure }
}
