import { callOk } from '@logboom/system'
import type { AgentAccount } from '@logboom/system'

/** An entry as it is sent; `timestamp` is now where nothing else is said. */
export interface Line {
  message: string
  timestamp?: string
  namespace?: string
  pod_name?: string
  container_name?: string
  level?: string
  attributes?: Record<string, unknown>
  labels?: Record<string, string>
  output?: 'stdout' | 'stderr'
  work_order_id?: string
  deployment_object_id?: string
}

export interface SentGap {
  namespace: string
  pod_name: string
  container_name?: string
  from: string
  to: string
  lines?: number
  reason: string
  exact?: boolean
}

const linesPerRequest = 1_000
const where = { namespace: 'shop', pod_name: 'checkout-7d4f8b9c5-x2k9p', container_name: 'app' }

/** Sends lines as an agent does; when it resolves, they can be read. */
export async function pushLines(
  ingestUrl: string,
  { id, pak }: AgentAccount,
  lines: readonly Line[],
  gaps: readonly SentGap[] = [],
): Promise<void> {
  for (let from = 0; from < Math.max(1, lines.length); from += linesPerRequest) {
    const logs = lines
      .slice(from, from + linesPerRequest)
      .map((line) => ({ timestamp: new Date().toISOString(), ...where, ...line }))
    await callOk('POST', `${ingestUrl}/api/v1/agents/${id}/logs`, {
      as: pak,
      body: { logs, ...(from === 0 && { gaps }) },
      headers: { Prefer: 'wait=10' },
      timeoutMs: 30_000,
    })
  }
}
