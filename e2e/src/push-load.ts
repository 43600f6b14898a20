import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { until } from '@logboom/testing'
import type { AgentAccount } from '@logboom/system'

export interface LoadPlan {
  /** Where to push; asked before each attempt, so that replicas take turns. */
  url: () => string
  agent: AgentAccount
  linesPerBatch?: number
  /** Batches that are pushed at once. */
  connections?: number
  /** Between a batch's answer and the next batch of its connection. */
  pauseMs?: number
}

/** A sender that keeps its promise: a batch is repeated, byte for byte, until it is answered with 2xx. */
export interface Load {
  /** Requests without an answer so far. */
  readonly inFlight: number
  /** Messages of all lines in batches that were answered 2xx; each is unique. */
  readonly acknowledged: readonly string[]
  /** How many requests ended how: a status, or `none` for those without an answer. */
  readonly answers: ReadonlyMap<string, number>
  /** Begins no further batch; resolves when those begun are acknowledged. */
  finish(): Promise<void>
}

const ATTEMPT_MS = 8_000
const RETRY_MS = 100
const FINISH_MS = 60_000
// Everything else says that the batch itself is wrong: no repeat will mend that.
const REPEATED = new Set(['none', '409', '429', '502', '503'])

/** Starts to push, and goes on until `finish`. */
export function pushLoad(plan: LoadPlan): Load {
  const { linesPerBatch = 250, connections = 4, pauseMs = 20 } = plan
  const state = { inFlight: 0, batches: 0, pushing: connections, isStopping: false }
  const acknowledged: string[] = []
  const answers = new Map<string, number>()
  const run = randomUUID().slice(0, 8)

  async function attempt(body: string, key: string): Promise<boolean> {
    state.inFlight += 1
    const status = await push(plan, body, key).finally(() => (state.inFlight -= 1))
    answers.set(status, (answers.get(status) ?? 0) + 1)
    if (status !== '201' && !REPEATED.has(status)) throw new Error(`a good batch was answered ${status}`)
    return status === '201'
  }

  async function pushBatches(): Promise<void> {
    while (!state.isStopping) {
      const name = `${run} ${(state.batches += 1)}`
      const { messages, body } = createBatch(name, linesPerBatch)
      while (!(await attempt(body, name))) await wait(RETRY_MS)
      acknowledged.push(...messages)
      await wait(pauseMs)
    }
  }

  for (let connection = 0; connection < connections; connection++) {
    // What it throws is for nobody to catch: the run fails with it, whatever waits for more lines meanwhile.
    void pushBatches().finally(() => (state.pushing -= 1))
  }
  return {
    get inFlight() {
      return state.inFlight
    },
    acknowledged,
    answers,
    async finish() {
      state.isStopping = true
      await untilFinished(() => state.pushing === 0, answers)
    },
  }
}

/** Fails with all answers so far: what a sender is told tells what is wrong. */
async function untilFinished(isFinished: () => boolean, answers: Load['answers']): Promise<void> {
  const what = 'the batches under way to be acknowledged'
  await until(isFinished, { what, timeoutMs: FINISH_MS }).catch((cause: Error) => {
    throw new Error(`${cause.message}; answers: ${JSON.stringify([...answers])}`, { cause })
  })
}

async function push({ url, agent }: LoadPlan, body: string, key: string): Promise<string> {
  try {
    const response = await fetch(`${url()}/api/v1/agents/${agent.id}/logs`, {
      method: 'POST',
      signal: AbortSignal.timeout(ATTEMPT_MS),
      headers: {
        Authorization: `Bearer ${agent.pak}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': key,
      },
      body,
    })
    await response.arrayBuffer()
    return String(response.status)
  } catch {
    return 'none'
  }
}

/** Half of the lines carry an id of their own, the others get one from the batch's key. */
function createBatch(name: string, lines: number): { messages: string[]; body: string } {
  const messages = Array.from({ length: lines }, (_, n) => `${name} ${n}: GET /cart took ${n % 97} ms`)
  const now = new Date().toISOString().slice(0, -1)
  const logs = messages.map((message, n) => ({
    timestamp: `${now}${String(n).padStart(6, '0')}Z`,
    namespace: 'shop',
    pod_name: `cart-${n % 5}`,
    container_name: 'app',
    level: n % 10 === 0 ? 'ERROR' : 'INFO',
    message,
    ...(n % 2 === 0 && { entry_id: message }),
  }))
  return { messages, body: JSON.stringify({ logs }) }
}
