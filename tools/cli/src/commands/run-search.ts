import { exitCodes } from '../cli-error.ts'
import { buildLogRequest } from '../logs/filter-options.ts'
import { findContextBlocks } from '../logs/find-context-blocks.ts'
import type { ContextBlock } from '../logs/find-context-blocks.ts'
import { progressNote } from '../logs/progress-note.ts'
import { searchLogs } from '../logs/search-logs.ts'
import type { FoundLines } from '../logs/search-logs.ts'
import { showLines } from '../logs/show-lines.ts'
import { chooseShow } from '../logs/show-options.ts'
import type { Show } from '../logs/show-options.ts'
import type { Session } from '../session.ts'
import { formatCount } from '../terminal/format-size.ts'
import type { Terminal } from '../terminal/open-terminal.ts'
import type { LogsOptions } from './logs-options.ts'

const limitDefault = 100

/** One search: lines, gaps between them, and what there is to say of both. */
export async function runSearch(session: Session, options: LogsOptions, words: string[]): Promise<void> {
  const { terminal } = session
  const broker = session.broker()
  const request = await buildLogRequest(broker, options, words)
  const limit = options.tail ?? options.limit ?? limitDefault
  const from = options.order === 'asc' && options.tail === undefined ? 'oldest' : 'newest'
  const [found, show] = await Promise.all([
    searchLogs(broker, request, { limit, from }),
    chooseShow(session, broker, options, words),
  ])
  if (options.context) {
    await showBlocks(terminal, show, await findContextBlocks(broker, found.entries, options.context))
  } else {
    const entries = options.order === 'desc' ? found.entries.toReversed() : found.entries
    await showLines(terminal, { entries, gaps: found.gaps }, show)
  }
  tellRest(found, show, { ...options, from })
  if (options.exitCode && found.entries.length === 0) session.exitCode = exitCodes.nothing
}

/** As grep does: `>` before what was found, `--` between what does not hang together. */
async function showBlocks(
  terminal: Terminal,
  { format }: Show,
  blocks: readonly ContextBlock[],
): Promise<void> {
  if (format.header) await terminal.write(format.header)
  for (const [at, { lines, hits }] of blocks.entries()) {
    if (at > 0 && format.marks) await terminal.write('--\n')
    for (const entry of lines) {
      const mark = format.marks ? (hits.has(entry.id) ? '> ' : '  ') : ''
      await terminal.write(mark + format.line(entry))
    }
  }
}

/** What the lines do not say: that there are more, that there are none, that some may not be here yet. */
function tellRest(
  { entries, hasMore, total, totalIsExact, progress }: FoundLines,
  { note, notes }: Show,
  { from, since, until }: LogsOptions & { from: 'newest' | 'oldest' },
): void {
  const found = entries.length
  if (found === 0)
    note(since === undefined && until === undefined ? 'no line matches\n' : 'no line of that time matches\n')
  if (hasMore) {
    const all = `${totalIsExact ? '' : 'more than '}${formatCount(total)}`
    note(`the ${from} ${formatCount(found)} of ${all} lines: --limit N or --all shows more\n`)
  }
  note(progressNote(progress, { found, until, agents: notes.agents, zone: notes.zone }))
}
