import type { SearchProgress, StoredGap } from '@logboom/contracts'
import { encodePosition } from './follow-position.ts'
import type { FollowPosition } from './follow-position.ts'

export type EndReason = 'credential_expired' | 'shutting_down' | 'too_slow' | 'failed'

/** What a follower is told. `position`: where to go on after it; null where nothing can be said of it. */
export type FollowEvent =
  | { type: 'entries'; position: FollowPosition | null; /** Entries as JSON. */ texts: readonly string[] }
  | { type: 'gap'; position: FollowPosition; gap: StoredGap }
  | { type: 'live'; position: FollowPosition }
  | { type: 'progress'; position: FollowPosition; progress: SearchProgress }
  | { type: 'dropped'; position: FollowPosition; dropped: Dropped }
  | { type: 'heartbeat' }
  | { type: 'end'; reason: EndReason }

/** What a slow client was not sent. */
export interface Dropped {
  /** Entries. */
  count: number
  gaps: number
  /** The earliest and the latest time of these entries; null when there are none. */
  first: string | null
  last: string | null
}

/** As a client of Server-Sent Events takes it. */
export function toSseText(event: FollowEvent): string {
  if (event.type === 'heartbeat') return ': heartbeat\n\n'
  const id = idOf(event)
  return `${id === null ? '' : `id: ${id}\n`}event: ${event.type}\ndata: ${dataOf(event)}\n\n`
}

/** As a client of the WebSocket takes it: one JSON object per frame. */
export function toFrameText(event: FollowEvent): string {
  if (event.type === 'heartbeat') return '{"type":"heartbeat"}'
  const id = idOf(event)
  const head = `{"type":"${event.type}"${id === null ? '' : `,"id":"${id}"`}`
  const data = event.type === 'gap' ? `{"gap":${dataOf(event)}}` : dataOf(event)
  return data === '{}' ? `${head}}` : `${head},${data.slice(1)}`
}

function idOf(event: FollowEvent): string | null {
  return 'position' in event && event.position ? encodePosition(event.position) : null
}

function dataOf(event: Exclude<FollowEvent, { type: 'heartbeat' }>): string {
  switch (event.type) {
    case 'entries':
      return `{"logs":[${event.texts.join(',')}]}`
    case 'gap':
      return JSON.stringify(event.gap)
    case 'live':
      return '{}'
    case 'progress':
      return JSON.stringify(event.progress)
    case 'dropped':
      return JSON.stringify(event.dropped)
    case 'end':
      return JSON.stringify({ reason: event.reason })
  }
}
