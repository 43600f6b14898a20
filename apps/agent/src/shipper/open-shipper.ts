import { readFile } from 'node:fs/promises'
import type { Logger } from '@logboom/service'
import { z } from 'zod'
import type { AgentConfig } from '../config.ts'
import type { AgentMetrics } from '../metrics.ts'
import { openDeadLetters } from '../spool/dead-letters.ts'
import type { IdleReport } from '../spool/read-progress.ts'
import type { Spool } from '../spool/spool.ts'
import { version } from '../version.ts'
import { createBrokerClient } from './broker-client.ts'
import type { BrokerAnswer, BrokerClient } from './broker-client.ts'
import { createFollowBoost } from './follow-boost.ts'
import type { FollowBoost } from './follow-boost.ts'
import { createRamp } from './ramp.ts'
import { createKnownLimits } from './read-limits.ts'
import { createPakSource } from './read-pak.ts'
import type { PakSource } from './read-pak.ts'
import { createRequestBudget } from './request-budget.ts'
import type { RetryPace } from './retry-delay.ts'
import { sendHeartbeats } from './send-heartbeats.ts'
import { createOutage, sendPush } from './send-push.ts'
import type { Push } from './send-push.ts'
import { shipBatches } from './ship-batches.ts'
import { createCommitTracker } from './track-commits.ts'

export interface Shipper {
  /** Whether a batch would be sent at once: none waits and a request is allowed. */
  mayShip(): boolean
  /** The same of lines that somebody follows. */
  mayShipFollowed(): boolean
  boost: FollowBoost
  entriesMax(): number
  /** How long the broker has taken nothing; 0 while it does. */
  outageMs(): number
  /** Ends when told to by `drain`; rejects only for a fault of ours. */
  readonly running: Promise<void>
  /** Goes on until all is sent or `ms` have passed, then stops. What is not committed stays in the spool. */
  drain(ms: number): Promise<void>
}

export interface ShipperDeps {
  spool: Spool
  metrics: AgentMetrics
  log: Logger
  /** Default: the broker at `BROKER_URL`. */
  client?: BrokerClient | undefined
  /** How far all is read and sent. */
  report: () => IdleReport | null
}

/** Starts shipping the batches of the spool. */
export async function openShipper(config: AgentConfig, deps: ShipperDeps): Promise<Shipper> {
  const { spool, metrics, log } = deps
  const pace = paceOf(config)
  const asking = await connect(config, pace, deps.client)
  const timeoutMs = config.COMMIT_TIMEOUT_SECONDS * 1000
  const commits = createCommitTracker({ spool, metrics, log, timeoutMs })
  const limits = createKnownLimits(asking, {
    commits: commits.hearAll,
    retentionMs: (ms) => spool.tellRetention(ms),
  })
  const budget = createRequestBudget(() => limits.current)
  const boost = createFollowBoost()
  const hear = (answer: BrokerAnswer, instance: string) => {
    const key = committedThrough(answer)
    if (key !== null) commits.hear(instance, key)
    boost.hear(answer)
  }
  const outage = createOutage(log)
  const ramp = createRamp(spool.instance)
  const stop = new AbortController()
  const sending = { ...asking, budget, ramp, hear, pace, metrics, outage }
  const deliver = {
    send: (push: Push) => sendPush(push, sending, stop.signal),
    deadLetters: openDeadLetters(config.SPOOL_DIR),
    metrics,
    tooMany: limits.learn,
  }
  const running = shipBatches(
    { spool, limits, budget, boost, ramp, commits, deliver, metrics, log },
    stop.signal,
  )
  const beat = { ...asking, version, log, instance: spool.instance, report: deps.report }
  const hearBeat = (answer: BrokerAnswer) => hear(answer, spool.instance)
  const beating = sendHeartbeats({ ...beat, hear: hearBeat, isSending: () => spool.unsent > 0 }, stop.signal)
  return {
    boost,
    mayShip: () => spool.unsent === 0 && budget.isAvailable(),
    mayShipFollowed: () => boost.budget.isAvailable() || budget.isAvailable(),
    entriesMax: () => limits.current.max_entries_per_request,
    outageMs: outage.lastsMs,
    running,
    async drain(ms) {
      await drained(spool, ms)
      stop.abort()
      await Promise.all([running, beating])
      asking.client.close()
    },
  }
}

async function connect(
  config: AgentConfig,
  { credentialMs }: RetryPace,
  given: BrokerClient | undefined,
): Promise<{ client: BrokerClient; paks: PakSource; agentId: string }> {
  const { AGENT_ID: agentId, BROKER_URL: url, REQUEST_TIMEOUT_MS: timeoutMs } = config
  return {
    client: given ?? createBrokerClient({ url, timeoutMs, tls: await readTls(config), proxy: config }),
    paks: createPakSource({ pak: config.AGENT_PAK, file: config.AGENT_PAK_FILE }, credentialMs),
    agentId,
  }
}

function paceOf(config: AgentConfig): RetryPace {
  const { RETRY_BASE_MS: baseMs, RETRY_MAX_MS: maxMs, PAK_RELOAD_MS: credentialMs } = config
  return { baseMs, maxMs, credentialMs }
}

const Told = z.object({ committed_through: z.string() })

function committedThrough({ body }: BrokerAnswer): string | null {
  if (!body.includes('"committed_through"')) return null
  try {
    return Told.safeParse(JSON.parse(body)).data?.committed_through ?? null
  } catch {
    return null
  }
}

async function readTls(config: AgentConfig): Promise<{ ca?: Buffer; cert?: Buffer; key?: Buffer }> {
  const { CA_FILE: ca, CLIENT_CERT_FILE: cert, CLIENT_KEY_FILE: key } = config
  return {
    ...(ca !== undefined && { ca: await readFile(ca) }),
    ...(cert !== undefined && { cert: await readFile(cert) }),
    ...(key !== undefined && { key: await readFile(key) }),
  }
}

/** Resolves when nothing is left to send, or after `ms`. */
async function drained(spool: Spool, ms: number): Promise<void> {
  const deadline = AbortSignal.timeout(Math.floor(ms))
  while (spool.unsent > 0 && !deadline.aborted) await spool.settled.next(deadline)
}
