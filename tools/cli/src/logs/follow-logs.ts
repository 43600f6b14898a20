import type { SearchProgress, StoredEntry, StoredGap } from '@logboom/contracts'
import { connectionError } from '../broker/connection-error.ts'
import type { Broker } from '../broker/open-broker.ts'
import { readEvents } from '../broker/read-events.ts'
import type { ServerEvent } from '../broker/read-events.ts'
import { resume } from '../broker/resume.ts'
import type { ResumeOptions } from '../broker/resume.ts'
import { watchSilence } from '../broker/watch-silence.ts'
import type { LogRequest } from './filter-options.ts'

/** Who is told of what comes. */
export interface Follower extends Pick<ResumeOptions, 'lost' | 'back'> {
  /** One batch after the other: what is slow here slows the stream. */
  entries(entries: StoredEntry[]): Promise<void>
  gap(gap: StoredGap): void
  /** This reader was too slow. */
  dropped(dropped: Dropped): void
  progress(progress: SearchProgress): void
}

/** What was left out. */
export interface Dropped {
  /** Of entries. */
  count: number
  gaps?: number
}

/** Heartbeats come every 15 s. */
const silenceMsMax = 45_000

/**
 * Follows what is committed, for ever. After a break it goes on behind the last line that the follower has taken:
 * nothing is lost or doubled.
 * @throws {CliError} when it cannot begin, or the broker says that it is no use to try again
 */
export async function followLogs(broker: Broker, request: LogRequest, follower: Follower): Promise<void> {
  let lastId = ''
  /** Entries that came with no id of their own, such as the beginning of a tail: they come again after a break. */
  const had = new Set<string>()
  const open = (answered: () => void) => openEvents(broker, request, { lastId, answered })
  const { lost, back } = follower
  for await (const event of resume(open, { triesMax: Number.POSITIVE_INFINITY, lost, back })) {
    if (event.type === 'entries') {
      const entries = entriesOf(event).filter(({ id }) => !had.has(id))
      await follower.entries(entries)
      for (const { id } of entries) had.add(id)
    } else tellEvent(event, follower)
    if (event.id !== lastId) had.clear()
    // only now, as it has been taken
    lastId = event.id
  }
}

async function* openEvents(
  broker: Broker,
  { path, query }: LogRequest,
  { lastId, answered }: { lastId: string; answered: () => void },
): AsyncGenerator<ServerEvent> {
  const cut = new AbortController()
  const isBegun = lastId !== ''
  // Where it begins is asked for once: what has an id goes on from there.
  const asked = isBegun ? query.filter(([name]) => name !== 'tail' && name !== 'since') : query
  const headers = { Accept: 'text/event-stream', ...(isBegun && { 'Last-Event-ID': lastId }) }
  const { body } = await broker.open(`${path}/stream`, { query: asked, headers, signal: cut.signal })
  answered()
  if (!body) return
  const onSilence = () => cut.abort(new DOMException('nothing was heard for 45 s', 'TimeoutError'))
  try {
    for await (const event of readEvents(watchSilence(body, { silenceMsMax, onSilence }))) {
      if (event.type === 'end') return
      yield event.id === '' ? { ...event, id: lastId } : event
    }
  } catch (error) {
    throw connectionError(broker.url, error)
  } finally {
    cut.abort()
  }
}

function entriesOf(event: ServerEvent): StoredEntry[] {
  return contentOf<{ logs: StoredEntry[] }>(event).logs
}

function tellEvent(event: ServerEvent, follower: Follower): void {
  switch (event.type) {
    case 'gap':
      return follower.gap(contentOf<StoredGap>(event))
    case 'dropped':
      return follower.dropped(contentOf<Dropped>(event))
    case 'progress':
      return follower.progress(contentOf<SearchProgress>(event))
  }
}

function contentOf<T>(event: ServerEvent): T {
  return JSON.parse(event.data) as T // the API's own shapes
}
