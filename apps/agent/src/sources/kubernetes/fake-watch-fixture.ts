import type { ServerResponse } from 'node:http'
import { statusObject } from './fake-answers-fixture.ts'
import type { FakeEvent, ObjectStore } from './object-store-fixture.ts'

/** One watch that is open. */
export interface FakeWatch {
  /** Null for all. */
  namespace: string | null
  /** Sends no more and closes nothing. */
  stall(): void
  /** The connection breaks, as when the server dies. */
  reset(): void
  /** Ends as the server ends it when its time is up. */
  end(): void
  /** An event of type ERROR, then the end. */
  fail(code: number): void
  /** Sends the first half of an event, then breaks. */
  sendHalf(): void
  bookmark(): void
  sendRaw(bytes: Uint8Array | string): void
}

export interface WatchQuery {
  namespace: string | null
  node: string | null
  since: number
  bookmarks: boolean
  timeoutMs: number
}

/** Answers a watch: the history after `since`, then what happens. Null when it asks for what history has forgotten. */
export function openWatch(store: ObjectStore, query: WatchQuery, res: ServerResponse): FakeWatch | null {
  const missed = store.eventsSince(query.since)
  if (!missed) return null
  let isStalled = false
  const write = (text: Uint8Array | string) =>
    void (isStalled || res.writableEnded || res.destroyed || res.write(text))
  const send = (event: FakeEvent) => {
    if (isWanted(event, query)) write(lineOf(event.type, event.pod))
  }
  const bookmark = () => {
    const metadata = { resourceVersion: String(store.version()) }
    if (query.bookmarks) write(lineOf('BOOKMARK', { apiVersion: 'v1', kind: 'Pod', metadata }))
  }
  const end = () => void (isStalled || res.end())
  res.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders()
  for (const event of missed) send(event)
  const unsubscribe = store.onEvent(send)
  const timer = setTimeout(() => (bookmark(), end()), query.timeoutMs)
  res.on('close', () => (unsubscribe(), clearTimeout(timer)))
  return {
    namespace: query.namespace,
    stall: () => (isStalled = true),
    reset: () => res.destroy(),
    end,
    fail(code) {
      write(lineOf('ERROR', statusObject(code, code === 410 ? 'Expired' : 'InternalError')))
      end()
    },
    sendHalf() {
      const [pod] = store.pods()
      const line = pod ? lineOf('MODIFIED', pod) : '{"type":"BOOKMARK","object":{"metadata":{}}}'
      res.write(line.slice(0, line.length / 2), () => res.destroy())
    },
    bookmark,
    sendRaw: write,
  }
}

function lineOf(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`
}

function isWanted({ pod }: FakeEvent, { namespace, node }: WatchQuery): boolean {
  return (
    (namespace === null || pod.metadata.namespace === namespace) &&
    (node === null || pod.spec.nodeName === node)
  )
}
