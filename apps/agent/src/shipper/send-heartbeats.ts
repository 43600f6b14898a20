import type { BrokerClient } from './broker-client.ts'
import type { PakSource } from './read-pak.ts'
import { pause } from '../wake-up.ts'

export interface HeartbeatDeps {
  client: BrokerClient
  paks: PakSource
  agentId: string
  /** Of this agent's software. */
  version: string
}

const everyMs = 30_000

/** Tells the broker that this agent is alive, also while it has no line to send. A beat that fails is not repeated. */
export async function sendHeartbeats(
  { client, paks, agentId, version }: HeartbeatDeps,
  signal: AbortSignal,
): Promise<void> {
  const body = Buffer.from(JSON.stringify({ version }))
  const path = `/api/v1/agents/${agentId}/heartbeat`
  while (!signal.aborted) {
    const pak = await paks.read().catch(() => null)
    const headers = { Authorization: `Bearer ${pak}`, 'Content-Type': 'application/json' }
    // an outage is told of by the batches that wait
    if (pak !== null)
      await client.send({ method: 'POST', path, headers, body }, signal).catch(() => undefined)
    await pause(everyMs, signal)
  }
}
