import { encodeBatch } from './batch-file.ts'
import { formatPositions, linesOfPositions } from './position-lines.ts'
import type { PositionLine } from './position-lines.ts'
import { pathOf } from './spool-state.ts'
import type { SpoolState } from './spool-state.ts'
import type { BatchDraft } from './spool.ts'
import { writeNewFile } from './write-durably.ts'

/** Makes a batch a file of the spool; resolves with its size, and the positions as they stand in it. */
export async function writeBatch(
  state: SpoolState,
  { sealedMs, positions, parts }: BatchDraft,
  { seq, number }: { seq: number; number: number | null },
): Promise<{ bytes: number; places: PositionLine[] }> {
  const numbered = parts.map((part) => ({ ...part, number }))
  const places = linesOfPositions(positions)
  const bytes = encodeBatch({ v: 2, seq, sealedMs, parts: numbered }, formatPositions(places))
  await writeNewFile(pathOf(state, seq), bytes)
  if (number !== null) state.ledger.nextNumber = Math.max(state.ledger.nextNumber, number + 1)
  return { bytes: bytes.length, places }
}
