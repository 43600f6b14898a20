import type { Response } from 'express'
import { toSseText } from './follow-events.ts'
import type { FollowSink } from './outbox.ts'

/** What EventSource waits before it connects again. */
const retryMs = 2_000

/** For the last words to reach the client; then the connection is cut. */
const lastWordsMs = 1_000

/** Answers with a stream of events; its headers are sent at once. */
export function openSseSink(res: Response): FollowSink {
  const gone = new AbortController()
  let onRoom = () => {}
  res.once('close', () => gone.abort())
  res.set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    // neither a proxy's buffer nor its compression may hold events back
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  })
  res.socket?.setNoDelay(true)
  res.write(`retry: ${retryMs}\n\n`)
  return {
    encode: toSseText,
    // not by `drain`, which is not told of what was below Node's own mark
    send: (text) => void (gone.signal.aborted || res.write(text, () => onRoom())),
    bufferedBytes: () => res.writableLength,
    onRoom: (listener) => void (onRoom = listener),
    end(text) {
      res.end(text)
      const cut = setTimeout(() => res.destroy(), lastWordsMs)
      res.once('close', () => clearTimeout(cut))
    },
    closed: gone.signal,
  }
}
