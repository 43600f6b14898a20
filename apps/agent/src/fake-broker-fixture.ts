import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { zstdDecompressSync } from 'node:zlib'
import { defaultAgentLimits, PushRequest } from '@logboom/contracts'
import type { Entry, Gap } from '@logboom/contracts'

export interface ReceivedPush {
  key: string
  instance: string
  number: number | null
  authorization: string
  /** By the clock of the sender. */
  sentAt: string
  /** After decompression. */
  body: string
  entries: Entry[]
  gaps: Gap[]
  atMs: number
  /** Whether it counts as received: answered 201, or cut off after it was kept. */
  isKept: boolean
}

/** What the fake does with a push; `'keep'` = 201, `'keep and drop'` = kept, but the answer never arrives. */
export type Behaviour =
  | 'keep'
  | 'keep and drop'
  | 'drop'
  | 'hang'
  /** Begins an answer and never ends it. */
  | 'stall'
  | { status: number; headers?: Record<string, string>; body?: string; keep?: boolean }

export interface FakeBroker {
  url: string
  pushes: ReceivedPush[]
  /** Bodies, as text. */
  heartbeats: string[]
  /** Pushes that count, in order. */
  kept(): ReceivedPush[]
  /** Every entry that counts, a repeat as often as it came. */
  entries(): Entry[]
  gaps(): Gap[]
  /** Decides about each push; may be replaced while the fake runs. */
  behave: (push: ReceivedPush) => Behaviour
  limits: Record<string, unknown> | null
  /** False for one of an earlier version, which says nowhere what is committed. */
  tellsCommits: boolean
  /** Batches up to this number are committed as soon as they come; what lies beyond waits. */
  commitsThrough: number
  /** Loses what is not committed, and all that it has answered. */
  forget(): void
  /** Of the answers to heartbeats. */
  beatStatus: number
  /** What answers to pushes and heartbeats say besides. */
  asks: Record<string, unknown>
  close(): Promise<void>
}

/** An honest broker that keeps everything and deduplicates nothing, and fails as it is told. */
export async function openFakeBroker(): Promise<FakeBroker> {
  const server = createServer((req, res) => void answer(broker, req, res))
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const broker: FakeBroker = {
    url: `http://127.0.0.1:${port}`,
    pushes: [],
    heartbeats: [],
    beatStatus: 200,
    kept: () => broker.pushes.filter(({ isKept }) => isKept),
    entries: () => broker.kept().flatMap(({ entries }) => entries),
    gaps: () => broker.kept().flatMap(({ gaps }) => gaps),
    behave: () => 'keep',
    limits: {
      ...defaultAgentLimits,
      requests_per_minute: 1e6,
      request_burst: 1e6,
      retention_seconds: 43_200,
    },
    tellsCommits: true,
    commitsThrough: Infinity,
    forget() {
      for (const push of broker.pushes)
        if (push.number === null || push.number > broker.commitsThrough) push.isKept = false
    },
    asks: {},
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return broker
}

async function answer(broker: FakeBroker, req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (req.url?.endsWith('/limits')) {
    res.writeHead(broker.limits ? 200 : 404, { 'Content-Type': 'application/json' })
    res.end(
      JSON.stringify({
        ...broker.limits,
        ...(broker.tellsCommits && { committed_through: allCommitted(broker) }),
      }),
    )
    return
  }
  const chunks: Buffer[] = []
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
  if (req.url?.endsWith('/heartbeat')) {
    const text = Buffer.concat(chunks).toString()
    broker.heartbeats.push(text)
    const { instance } = JSON.parse(text) as { instance?: string } // of our own agent
    res.writeHead(broker.beatStatus, { 'Content-Type': 'application/json' })
    res.end(JSON.stringify({ ...committed(broker, instance ?? ''), ...broker.asks }))
    return
  }
  const push = pushOf(req, Buffer.concat(chunks))
  broker.pushes.push(push)
  const behaviour = broker.behave(push)
  push.isKept =
    behaviour === 'keep' ||
    behaviour === 'keep and drop' ||
    (typeof behaviour === 'object' && behaviour.keep === true)
  if (behaviour === 'hang') return
  if (behaviour === 'stall') return void res.writeHead(201).write('{')
  if (behaviour === 'drop' || behaviour === 'keep and drop') return void req.socket.destroy()
  const accepted = {
    received: push.entries.length,
    stored: push.entries.length,
    batch_id: push.key,
    ...committed(broker, push.instance),
    ...broker.asks,
  }
  const {
    status,
    headers = {},
    body,
  } = behaviour === 'keep' ? { status: 201, body: JSON.stringify(accepted) } : { body: '', ...behaviour }
  res.writeHead(status, { 'Content-Type': 'application/json', ...headers })
  res.end(body)
}

/** The last batch without a hole before it. */
function committed(broker: FakeBroker, instance: string): { committed_through?: string } {
  if (!broker.tellsCommits) return {}
  const pushes = broker.kept().filter((push) => push.instance === instance)
  const byNumber = new Map(pushes.map(({ number, key }) => [number, key]))
  let through = 0
  while (through < broker.commitsThrough && byNumber.has(through + 1)) through += 1
  const key = byNumber.get(through)
  return key === undefined ? {} : { committed_through: key }
}

function allCommitted(broker: FakeBroker): Record<string, string> {
  const instances = [...new Set(broker.kept().map(({ instance }) => instance))]
  const told = instances.map((instance) => [instance, committed(broker, instance).committed_through])
  return Object.fromEntries(told.filter(([, key]) => key !== undefined)) as Record<string, string>
}

function pushOf(req: IncomingMessage, bytes: Buffer): ReceivedPush {
  const body = zstdDecompressSync(bytes).toString()
  const { logs, gaps = [] } = PushRequest.parse(JSON.parse(body))
  const header = (name: string) => String(req.headers[name] ?? '')
  return {
    key: header('idempotency-key'),
    instance: header('logboom-instance'),
    number: header('logboom-batch-number') === '' ? null : Number(header('logboom-batch-number')),
    authorization: header('authorization'),
    sentAt: header('logboom-sent-at'),
    body,
    entries: logs,
    gaps,
    atMs: Date.now(),
    isKept: false,
  }
}
