import { z } from 'zod'
import type { KubeAnswer } from './kube-http.ts'

/** One line of a watch; its object is judged by whoever wants it. */
export type WatchEvent = z.output<typeof WatchEvent>

const WatchEvent = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
})

const newline = 0x0a
/** etcd takes objects of 1.5 MB; in JSON they are larger. */
const lineBytesMax = 33_554_432

/**
 * The events of a watch as they come, until the server ends it. Rejects when the connection breaks, when nothing comes
 * for `idleMs` (a bookmark comes about every minute), and at what is no event, half lines among them.
 */
export async function* readWatch({ body, discard }: KubeAnswer, idleMs: number): AsyncGenerator<WatchEvent> {
  let isIdle = false
  const timer = setTimeout(() => {
    isIdle = true
    discard()
  }, idleMs)
  const line = createLine()
  try {
    for await (const chunk of body) {
      timer.refresh()
      // Whole lines are decoded, so that no chunk can cut a character in two.
      for (let from = 0; from < chunk.length;) {
        const end = chunk.indexOf(newline, from)
        line.add(chunk.subarray(from, end < 0 ? undefined : end))
        if (end < 0) break
        from = end + 1
        const text = line.take()
        if (text !== '') yield WatchEvent.parse(JSON.parse(text))
      }
    }
    if (line.take() !== '') throw new Error('the watch ended within an event')
  } catch (err) {
    throw isIdle ? new Error(`the API server was silent for ${idleMs} ms`) : err
  } finally {
    clearTimeout(timer)
    discard()
  }
}

function createLine() {
  let parts: Uint8Array[] = []
  let bytes = 0
  return {
    add(part: Uint8Array): void {
      bytes += part.length
      if (bytes > lineBytesMax) throw new Error('an event is too large')
      parts.push(part)
    },
    take(): string {
      const text = Buffer.concat(parts, bytes).toString()
      parts = []
      bytes = 0
      return text
    },
  }
}
