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
  /** So many lines were left out, as this reader was too slow. */
  dropped(count: number): void
  progress(progress: SearchProgress): void
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
  const open = (answered: () => void) => openEvents(broker, request, { lastId, answered })
  const { lost, back } = follower
  for await (const event of resume(open, { triesMax: Number.POSITIVE_INFINITY, lost, back })) {
    await takeEvent(event, follower)
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

function takeEvent(event: ServerEvent, follower: Follower): Promise<void> | void {
  switch (event.type) {
    case 'entries':
      return follower.entries(contentOf<{ logs: StoredEntry[] }>(event).logs)
    case 'gap':
      return follower.gap(contentOf<StoredGap>(event))
    case 'dropped':
      return follower.dropped(contentOf<{ count: number }>(event).count)
    case 'progress':
      return follower.progress(contentOf<SearchProgress>(event))
  }
}

function contentOf<T>(event: ServerEvent): T {
  return JSON.parse(event.data) as T // the API's own shapes
}
