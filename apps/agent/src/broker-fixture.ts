import { createServer, request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { zstdDecompressSync } from 'node:zlib'
import { PushRequest } from '@logboom/contracts'
import { startSystem } from '@logboom/system'
import type { AgentAccount, System } from '@logboom/system'

/** One attempt of the agent to send a batch. */
export interface Attempt {
  key: string
  /** As it was sent. */
  body: Buffer
  messages: string[]
}

/** What becomes of an attempt on its way; `'drop the answer'` = the broker has it, but the agent does not hear of it. */
export type Way =
  | 'pass'
  | 'drop the answer'
  | 'drop'
  | { status: number; headers?: Record<string, string>; body?: string }

export interface Broker {
  /** Of the way to it. */
  url: string
  system: System
  account: AgentAccount
  /** All that came, whatever became of it. */
  attempts: Attempt[]
  /** Decides about each attempt; may be replaced at any time. */
  lead: (attempt: Attempt) => Way
  /** The messages in the table, in no order. */
  stored(): Promise<string[]>
  /** The number of them. */
  storedCount(): Promise<number>
  /** Reasons of the gaps that are stored. */
  gaps(): Promise<string[]>
  close(): Promise<void>
}

/** The real broker, all its processes, behind a way on which things can go wrong. */
export async function startBroker(): Promise<Broker> {
  const system = await startSystem()
  const server = createServer((req, res) => void forward(broker, req, res))
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const broker: Broker = {
    url: `http://127.0.0.1:${port}`,
    system,
    account: await system.createAgent(),
    attempts: [],
    lead: () => 'pass',
    async stored() {
      const { rows } = await system.pool.query<{ message: string }>('select message from agent_log_lines')
      return rows.map(({ message }) => message)
    },
    async storedCount() {
      const { rows } = await system.pool.query<{ n: number }>('select count(*)::int as n from agent_logs')
      return rows[0]?.n ?? 0
    },
    async gaps() {
      const { rows } = await system.pool.query<{ reason: string }>('select reason from log_gaps')
      return rows.map(({ reason }) => reason)
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await system.close()
    },
  }
  return broker
}

async function forward(broker: Broker, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
  } catch {
    return // the agent was killed while it sent
  }
  const body = Buffer.concat(chunks)
  const way = req.url?.endsWith('/logs') ? leadPush(broker, req, body) : 'pass'
  if (way === 'drop') return void req.socket.destroy()
  if (typeof way === 'object') return void res.writeHead(way.status, way.headers).end(way.body)
  const onwards = request(
    new URL(req.url ?? '/', broker.system.ingestUrl),
    { method: req.method, headers: req.headers },
    (answer) => {
      if (way === 'drop the answer') return void answer.resume().once('end', () => req.socket.destroy())
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(res)
    },
  )
  onwards.on('error', () => req.socket.destroy())
  onwards.end(body)
}

function leadPush(broker: Broker, req: IncomingMessage, body: Buffer): Way {
  const { logs } = PushRequest.parse(JSON.parse(zstdDecompressSync(body).toString()))
  const attempt: Attempt = {
    key: String(req.headers['idempotency-key']),
    body,
    messages: logs.map(({ message }) => message),
  }
  broker.attempts.push(attempt)
  return broker.lead(attempt)
}
