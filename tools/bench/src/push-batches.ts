import { Agent, request } from 'node:http'
import type { OutgoingHttpHeaders } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { AgentAccount } from '@logboom/system'
import type { Batch } from './make-batches.ts'

export interface PushPlan {
  url: string
  agents: readonly AgentAccount[]
  batches: readonly Batch[]
  connections?: number
  /** Requests begin at this even pace, whatever the answers take; default: each connection as fast as it is answered. */
  perSecond?: number
  /** Asked before each request: while it says so, nothing more is sent. */
  holdBack?: () => boolean
  /** Once it is aborted nothing more is sent; what is under way is answered. */
  signal?: AbortSignal
  onAnswer?: (done: number, batch: Batch) => void
}

export interface Pushed {
  /** Milliseconds from the moment a request was due to its 201. */
  latenciesMs: number[]
  /** Answers that were not 201, by status; their batches were sent again until they were. */
  refused: Record<string, number>
}

const holdMs = 2
const retryMs = 50
const attemptsMax = 600

/** Pushes every batch until it is answered 201. Throws when one is refused for good. */
export async function pushBatches(plan: PushPlan): Promise<Pushed> {
  const { batches, connections = 4, perSecond, holdBack } = plan
  const http = new Agent({ keepAlive: true, maxSockets: perSecond ? 64 : connections })
  const pushed: Pushed = { latenciesMs: [], refused: {} }
  const startedMs = performance.now()
  let next = 0
  const pushNext = async (): Promise<void> => {
    for (let index = next++; index < batches.length; index = next++) {
      const batch = batches[index]
      if (!batch || plan.signal?.aborted) return
      while (holdBack?.()) await wait(holdMs)
      await pushOne(http, plan, batch, performance.now(), pushed)
    }
  }
  const pushWhenDue = async (batch: Batch, index: number): Promise<void> => {
    const dueMs = startedMs + (index * 1000) / (perSecond ?? 1)
    await wait(Math.max(0, dueMs - performance.now()))
    if (plan.signal?.aborted) return
    await pushOne(http, plan, batch, dueMs, pushed)
  }
  try {
    if (perSecond) await Promise.all(batches.map(pushWhenDue))
    else await Promise.all(Array.from({ length: connections }, pushNext))
    return pushed
  } finally {
    http.destroy()
  }
}

async function pushOne(
  http: Agent,
  plan: PushPlan,
  batch: Batch,
  dueMs: number,
  pushed: Pushed,
): Promise<void> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const { status, text } = await send(http, plan, batch)
    if (status === 201) {
      pushed.latenciesMs.push(performance.now() - dueMs)
      plan.onAnswer?.(pushed.latenciesMs.length, batch)
      return
    }
    pushed.refused[status] = (pushed.refused[status] ?? 0) + 1
    if (![409, 429, 503].includes(status)) throw new Error(`a batch was answered ${status}: ${text}`)
    await wait(retryMs)
  }
  throw new Error(`a batch was not taken in ${attemptsMax} attempts`)
}

function send(
  http: Agent,
  { url, agents }: PushPlan,
  batch: Batch,
): Promise<{ status: number; text: string }> {
  const agent = agents[batch.agent]
  if (!agent) throw new Error(`there is no agent ${batch.agent}`)
  const headers = {
    Authorization: `Bearer ${agent.pak}`,
    'Content-Type': 'application/json',
    'Content-Encoding': 'gzip',
    'Content-Length': batch.body.length,
    'Idempotency-Key': batch.key,
  }
  return post(http, `${url}/api/v1/agents/${agent.id}/logs`, headers, batch.body)
}

/** One request on a connection that is kept. */
export function post(
  http: Agent,
  url: string,
  headers: OutgoingHttpHeaders,
  body: Buffer,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const req = request(url, { method: 'POST', agent: http, headers }, (res) => {
      let text = ''
      res.setEncoding('utf8')
      res.on('data', (chunk: string) => (text += chunk))
      res.on('end', () => resolve({ status: res.statusCode ?? 0, text }))
      res.on('error', reject)
    })
    req.on('error', reject)
    req.end(body)
  })
}
