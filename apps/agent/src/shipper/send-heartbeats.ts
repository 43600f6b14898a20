import type { Logger } from '@logboom/service'
import type { IdleReport } from '../spool/read-progress.ts'
import { pause } from '../wake-up.ts'
import type { BrokerAnswer, BrokerClient } from './broker-client.ts'
import { hintOf } from './hint-of.ts'
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
  log: Logger
  /** Whether batches wait, whose sender tells of an outage by itself. */
  isSending: () => boolean
}

const everyMs = 30_000
/** A broker that refuses more than the version is asked again so many beats later: it may be a newer one by then. */
const plainBeats = 20

/** Tells the broker that this agent is alive, also while it has no line to send. A beat that fails is not repeated. */
export async function sendHeartbeats(deps: HeartbeatDeps, signal: AbortSignal): Promise<void> {
  let plainLeft = 0
  let told: string | null = null
  while (!signal.aborted) {
    const answer = await beat(deps, plainLeft > 0, signal).catch(() => null)
    if (!signal.aborted) told = tellFault(answer, told, deps)
    plainLeft = Math.max(0, plainLeft - 1)
    if (answer && (answer.status === 400 || answer.status === 422) && plainLeft === 0) {
      plainLeft = plainBeats
      continue
    }
    if (answer?.status === 200) deps.hear(answer)
    await pause(everyMs, signal)
  }
}

/** A quiet agent with a wrong key would else be silent until its first line. Returns what was told last. */
function tellFault(
  answer: BrokerAnswer | null,
  told: string | null,
  { log, isSending }: HeartbeatDeps,
): string | null {
  const reason = answer === null ? 'network' : String(answer.status)
  const hint = hintOf(reason)
  if (hint === undefined) return null
  if (reason !== told && !isSending()) log.warn('the broker takes no heartbeat', { reason, hint })
  return reason
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
