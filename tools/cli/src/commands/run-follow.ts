import type { SearchProgress, StoredEntry } from '@logboom/contracts'
import { usageError } from '../cli-error.ts'
import { buildLogRequest } from '../logs/filter-options.ts'
import { followLogs } from '../logs/follow-logs.ts'
import type { Dropped, Follower } from '../logs/follow-logs.ts'
import { gapNote } from '../logs/gap-note.ts'
import { progressNote } from '../logs/progress-note.ts'
import { chooseShow } from '../logs/show-options.ts'
import type { Show } from '../logs/show-options.ts'
import type { Session } from '../session.ts'
import { formatCount } from '../terminal/format-size.ts'
import type { Terminal } from '../terminal/open-terminal.ts'
import type { LogsOptions } from './logs-options.ts'

/** Enough to see that it is the right one. */
const tailDefault = 10
const tailMax = 1_000

/** Lines as they come, until the process is ended. */
export async function runFollow(session: Session, options: LogsOptions, words: string[]): Promise<void> {
  const { tail } = options
  if (tail !== undefined && tail > tailMax) throw usageError(`--tail with --follow is ${tailMax} at most`)
  const broker = session.broker()
  const { path, query } = await buildLogRequest(broker, options, words)
  const show = await chooseShow(session, broker, options, words)
  if (show.format.header) await session.terminal.write(show.format.header)
  const beginning = tail ?? (options.since === undefined ? tailDefault : undefined)
  const asked = beginning === undefined ? query : [...query, ['tail', String(beginning)] as const]
  await followLogs(broker, { path, query: asked }, followerOf(session.terminal, show))
}

function followerOf(terminal: Terminal, { format, notes, note }: Show): Follower {
  const tellLag = lagTeller(notes, note)
  return {
    async entries(entries: StoredEntry[]) {
      await terminal.write(entries.map((entry) => format.line(entry)).join(''))
    },
    gap: (gap) => note(gapNote(gap, notes)),
    dropped: (dropped) => note(`${notes.paint.warning(droppedText(dropped))}\n`),
    progress: tellLag,
    lost: (reason) => note(`-- ${reason}; connecting again\n`),
    back: () => note('-- connected again; nothing was missed\n'),
  }
}

function droppedText({ count, gaps = 0 }: Dropped): string {
  const left =
    gaps > 0 ? `${formatCount(count)} lines and ${formatCount(gaps)} gaps` : `${formatCount(count)} lines`
  return `-- ${left} were left out: they came faster than they were read`
}

/** Who lags is told once, and again when that has changed by much. */
function lagTeller(notes: Show['notes'], note: Show['note']): (progress: SearchProgress) => void {
  let told = ''
  return (progress) => {
    const late = progress.agents.filter(({ lag_seconds }) => lag_seconds !== null && lag_seconds >= 60)
    const key = late
      .map(({ agent_id, lag_seconds }) => `${agent_id} ${Math.floor(Math.log2(lag_seconds ?? 1))}`)
      .join()
    if (key === told) return
    told = key
    const line = progressNote(progress, {
      found: 1,
      until: undefined,
      agents: notes.agents,
      zone: notes.zone,
    })
    note(line === '' ? '' : `-- ${line}`)
  }
}
