import type { StoredEntry } from '@logboom/contracts'
import { until } from '@logboom/testing'
import type { TestQueryApi } from '../query-fixture.ts'

export interface SseEvent {
  id: string | null
  type: string
  /** Parsed JSON. */
  data: Record<string, unknown>
}

export interface SseClient {
  status: number
  headers: Headers
  /** What came so far, comments aside. */
  events: SseEvent[]
  /** The whole text that came. */
  text(): string
  entries(): StoredEntry[]
  messages(): string[]
  lastId(): string | null
  untilLive(): Promise<void>
  untilMessage(message: string): Promise<void>
  untilEnd(): Promise<void>
  isOpen(): boolean
  close(): Promise<void>
}

/** Follows by Server-Sent Events; reads for as long as it is open. */
export async function openSse(
  { url, admin }: Pick<TestQueryApi, 'url' | 'admin'>,
  path: string,
  { as = admin, lastEventId }: { as?: string; lastEventId?: string | null } = {},
): Promise<SseClient> {
  const closing = new AbortController()
  const response = await fetch(url + path, {
    headers: {
      Authorization: `Bearer ${as}`,
      ...(lastEventId && { 'Last-Event-ID': lastEventId }),
    },
    signal: closing.signal,
  })
  const events: SseEvent[] = []
  let text = ''
  let rest = ''
  let isOpen = true
  const reading = (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      const part = decoder.decode(chunk, { stream: true })
      text += part
      const blocks = (rest + part).split('\n\n')
      rest = blocks.pop() ?? ''
      events.push(...blocks.flatMap(eventOf))
    }
  })()
    .catch(() => undefined)
    .finally(() => (isOpen = false))
  const entries = () =>
    events.flatMap(({ type, data }) => (type === 'entries' ? (data['logs'] as StoredEntry[]) : [])) // the API's own shape
  const messages = () => entries().map(({ message }) => message)
  return {
    status: response.status,
    headers: response.headers,
    events,
    text: () => text,
    entries,
    messages,
    lastId: () => events.findLast(({ id }) => id !== null)?.id ?? null,
    untilLive: () => soon('live', () => events.some(({ type }) => type === 'live')),
    untilMessage: (message) => soon(message, () => messages().includes(message)),
    untilEnd: () => soon('the end of the stream', () => !isOpen),
    isOpen: () => isOpen,
    async close() {
      closing.abort()
      await reading
    },
  }
}

async function soon(what: string, condition: () => boolean): Promise<void> {
  await until(condition, { what, timeoutMs: 20_000 })
}

function eventOf(block: string): SseEvent[] {
  const fields = new Map(
    block
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )
  const type = fields.get('event')
  if (type === undefined) return []
  return [{ id: fields.get('id') ?? null, type, data: JSON.parse(fields.get('data') ?? '{}') }]
}
