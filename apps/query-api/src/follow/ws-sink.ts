import type { WebSocket } from 'ws'
import { toFrameText } from './follow-events.ts'
import type { FollowSink } from './outbox.ts'

const lastWordsMs = 1_000
/** RFC 6455: the server goes away, or is not able to go on. */
const closeCode = 1001
const heartbeat = toFrameText({ type: 'heartbeat' })

/** A WebSocket that follows: what the client sends is of no interest, beyond that it is there. */
export function openWsSink(socket: WebSocket): FollowSink {
  const gone = new AbortController()
  let onRoom = () => {}
  socket.once('close', () => gone.abort())
  let isThere = true
  socket.on('pong', () => (isThere = true))
  /** A client that vanished answers no ping until the next one is due. */
  function askIfThere(): void {
    if (!isThere) return socket.terminate()
    isThere = false
    socket.ping()
  }
  // a client that breaks the protocol, or is cut off: `close` follows
  socket.on('error', () => socket.terminate())
  return {
    encode: toFrameText,
    send(text) {
      if (gone.signal.aborted) return
      if (text === heartbeat) askIfThere()
      socket.send(text, () => onRoom())
    },
    bufferedBytes: () => socket.bufferedAmount,
    onRoom: (listener) => void (onRoom = listener),
    end(text) {
      socket.send(text, () => {})
      socket.close(closeCode)
      const cut = setTimeout(() => socket.terminate(), lastWordsMs)
      socket.once('close', () => clearTimeout(cut))
    },
    closed: gone.signal,
  }
}
