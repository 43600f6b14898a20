import type { StoredEntry, StoredGap } from '@logboom/contracts'
import type { Terminal } from '../terminal/open-terminal.ts'
import { compareTimes } from './compare-times.ts'
import { gapNote } from './gap-note.ts'
import type { Show } from './show-options.ts'

/** Lines to the output; gaps, where they end, to the notes, so that they stand between the lines on a terminal. */
export async function showLines(
  terminal: Terminal,
  { entries, gaps }: { entries: readonly StoredEntry[]; gaps: readonly StoredGap[] },
  { format, notes, note }: Show,
): Promise<void> {
  if (format.header) await terminal.write(format.header)
  const newestFirst = (entries[0]?.timestamp ?? '') > (entries.at(-1)?.timestamp ?? '')
  const waiting = gaps.toSorted((a, b) => compareTimes(a.to, b.to) * (newestFirst ? -1 : 1))
  const isPassed = (gap: StoredGap, { timestamp }: StoredEntry) =>
    newestFirst ? compareTimes(gap.to, timestamp) >= 0 : compareTimes(gap.to, timestamp) <= 0
  for (const entry of entries) {
    while (waiting[0] && isPassed(waiting[0], entry)) tell(waiting.shift())
    await terminal.write(format.line(entry))
  }
  for (const gap of waiting) tell(gap)

  function tell(gap: StoredGap | undefined): void {
    if (gap) note(gapNote(gap, notes))
  }
}
