import type { BatchEvent } from './batch-events.ts'
import { createDrops } from './drops.ts'
import type { EndReason, FollowEvent } from './follow-events.ts'

/** The connection of a follower: Server-Sent Events or a WebSocket. */
export interface FollowSink {
  encode(event: FollowEvent): string
  send(text: string): void
  /** What was sent and is not with the kernel yet. */
  bufferedBytes(): number
  /** Called whenever some of it went. */
  onRoom(listener: () => void): void
  /** Sends the text as the last thing and closes. */
  end(text: string): void
  /** Aborted when the connection is closed, by whomever. */
  readonly closed: AbortSignal
}

export interface OutboxOptions {
  /** Of what waits for a slow client; a single event may be larger. */
  bufferBytesMax: number
  onSent: (entries: number) => void
  onDropped: (entries: number) => void
}

/** What a follower is sent, no faster than it takes it. */
export interface Outbox {
  /** Sends an event of the present, or counts it as dropped where the client is too slow. */
  offer(event: BatchEvent): void
  /** Sends what can be done without; nothing when the client is slow. */
  mention(event: FollowEvent): void
  /** Resolves when there is room for events of the past, which are never dropped; also when it is closed. */
  room(): Promise<void>
  send(event: FollowEvent, entries?: number): void
  end(reason: EndReason): void
  /** By `performance.now()`. */
  lastSentMs(): number
  /** Since when the client has been too slow; null: it is not. */
  slowSinceMs(): number | null
}

export function createOutbox(sink: FollowSink, options: OutboxOptions): Outbox {
  const { bufferBytesMax, onSent, onDropped } = options
  const drops = createDrops()
  const sender = createSender(sink, onSent)
  const hasRoom = () => sink.bufferedBytes() <= bufferBytesMax / 2
  let waiting = Promise.withResolvers<void>()
  let slowMs: number | null = null

  /** False while there is something to be told that there is no room for. */
  function tellDropped(): boolean {
    const event = drops.event()
    if (event && !hasRoom()) return false
    drops.clear()
    if (event) sender.send(event)
    return true
  }

  sink.onRoom(() => {
    if (!hasRoom() || !tellDropped()) return
    slowMs = null
    waiting.resolve()
  })
  sink.closed.addEventListener('abort', () => waiting.resolve(), { once: true })

  return {
    ...sender,
    offer({ event, position, lines }) {
      const bytes = sink.bufferedBytes()
      const fits = bytes === 0 || bytes + charsOf(event) <= bufferBytesMax
      if (fits && tellDropped()) return sender.send(event, lines.length)
      slowMs ??= performance.now()
      drops.add(position, lines)
      onDropped(lines.length)
    },
    mention(event) {
      if (hasRoom() && tellDropped()) sender.send(event)
    },
    async room() {
      if (hasRoom() || sink.closed.aborted) return
      waiting = Promise.withResolvers()
      await waiting.promise
    },
    slowSinceMs: () => slowMs,
  }
}

function createSender(
  sink: FollowSink,
  onSent: OutboxOptions['onSent'],
): Pick<Outbox, 'send' | 'end' | 'lastSentMs'> {
  let sentMs = performance.now()
  let isEnded = false
  return {
    send(event, entries = 0) {
      if (isEnded) return
      sink.send(sink.encode(event))
      sentMs = performance.now()
      if (entries > 0) onSent(entries)
    },
    end(reason) {
      if (isEnded) return
      isEnded = true
      sink.end(sink.encode({ type: 'end', reason }))
    },
    lastSentMs: () => sentMs,
  }
}

/** As good as its size: what is not counted is a name and an id. */
function charsOf(event: BatchEvent['event']): number {
  return event.type === 'entries' ? event.texts.reduce((chars, text) => chars + text.length, 0) : 0
}
