import { until } from '@logboom/servers'
import type { Broker } from '../open-broker.ts'

export interface FollowedProbes {
  /** A probe was answered with 201. */
  answered(message: string): void
  /** Milliseconds from each answer until the follower had the probe: less than 0 where that was before the answer was read. */
  stop(): Promise<number[]>
}

/** Follows the agent of the probes by Server-Sent Events. */
export async function followProbes(broker: Broker): Promise<FollowedProbes> {
  const agent = broker.agents.at(-1)
  if (!agent) throw new Error('an agent for the probe is missing')
  const closing = new AbortController()
  const response = await fetch(`${broker.queryUrl}/api/v1/agents/${agent.id}/logs/stream`, {
    headers: { Authorization: `Bearer ${agent.pak}` },
    signal: closing.signal,
  })
  if (!response.ok) throw new Error(`following is answered with ${response.status}`)
  const answeredMs = new Map<string, number>()
  const seenMs = new Map<string, number>()
  const reading = (async () => {
    let rest = ''
    for await (const chunk of response.body ?? []) {
      const lines = (rest + Buffer.from(chunk).toString('utf8')).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) noteProbes(line, seenMs)
    }
  })().catch((err: unknown) => {
    if (!closing.signal.aborted) throw err
  })
  return {
    answered: (message) => void answeredMs.set(message, performance.now()),
    async stop() {
      await until(() => [...answeredMs.keys()].every((message) => seenMs.has(message)), {
        what: 'every probe at its follower',
      })
      closing.abort()
      await reading
      return [...answeredMs].map(([message, ms]) => (seenMs.get(message) ?? Number.NaN) - ms)
    },
  }
}

function noteProbes(line: string, seenMs: Map<string, number>): void {
  for (const [, message = ''] of line.matchAll(/"message":"(probe \d+)"/g))
    seenMs.set(message, performance.now())
}
