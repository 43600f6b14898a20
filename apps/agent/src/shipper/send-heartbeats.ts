import type { IdleReport } from '../spool/read-progress.ts'
import { pause } from '../wake-up.ts'
import type { BrokerAnswer, BrokerClient } from './broker-client.ts'
import type { PakSource } from './read-pak.ts'

export interface HeartbeatDeps {
  client: BrokerClient
  paks: PakSource
  agentId: string
  /** Of this agent's software. */
  version: string
  instance: string
  /** How far all is read and sent; null while something is not, or nobody knows. */
  report: () => IdleReport | null
  hear: (answer: BrokerAnswer) => void
}

const everyMs = 30_000
/** A broker that refuses more than the version is asked again so many beats later: it may be a newer one by then. */
const plainBeats = 20

/** Tells the broker that this agent is alive, also while it has no line to send. A beat that fails is not repeated. */
export async function sendHeartbeats(deps: HeartbeatDeps, signal: AbortSignal): Promise<void> {
  let plainLeft = 0
  while (!signal.aborted) {
    // an outage is told of by the batches that wait
    const answer = await beat(deps, plainLeft > 0, signal).catch(() => null)
    plainLeft = Math.max(0, plainLeft - 1)
    if (answer && (answer.status === 400 || answer.status === 422) && plainLeft === 0) {
      plainLeft = plainBeats
      continue
    }
    if (answer?.status === 200) deps.hear(answer)
    await pause(everyMs, signal)
  }
}

async function beat(
  { client, paks, agentId, version, instance, report }: HeartbeatDeps,
  isPlain: boolean,
  signal: AbortSignal,
): Promise<BrokerAnswer> {
  const readUntil = report()
  const more = { instance, ...(readUntil && { read_until: readUntil }) }
  const body = Buffer.from(JSON.stringify({ version, ...(!isPlain && more) }))
  const headers = { Authorization: `Bearer ${await paks.read()}`, 'Content-Type': 'application/json' }
  return client.send({ method: 'POST', path: `/api/v1/agents/${agentId}/heartbeat`, headers, body }, signal)
}
