import { readFile } from 'node:fs/promises'
import type { Logger } from '@logboom/service'
import type { AgentConfig } from '../config.ts'
import type { AgentMetrics } from '../metrics.ts'
import { openDeadLetters } from '../spool/dead-letters.ts'
import type { Spool } from '../spool/spool.ts'
import { createBrokerClient } from './broker-client.ts'
import type { BrokerClient } from './broker-client.ts'
import { createKnownLimits } from './read-limits.ts'
import { createPakSource } from './read-pak.ts'
import { createRequestBudget } from './request-budget.ts'
import { createOutage, sendPush } from './send-push.ts'
import { version } from '../version.ts'
import { sendHeartbeats } from './send-heartbeats.ts'
import { shipBatches } from './ship-batches.ts'

export interface Shipper {
  /** Whether a batch would be sent at once: none waits and a request is allowed. */
  mayShip(): boolean
  entriesMax(): number
  /** How long the broker has taken nothing; 0 while it does. */
  outageMs(): number
  /** Ends when told to by `drain`; rejects only for a fault of ours. */
  readonly running: Promise<void>
  /** Goes on until the spool is empty or `ms` have passed, then stops. */
  drain(ms: number): Promise<void>
}

export interface ShipperDeps {
  spool: Spool
  metrics: AgentMetrics
  log: Logger
  /** Default: the broker at `BROKER_URL`. */
  client?: BrokerClient | undefined
}

/** Starts shipping the batches of the spool. */
export async function openShipper(
  config: AgentConfig,
  { spool, metrics, log, client: given }: ShipperDeps,
): Promise<Shipper> {
  const { AGENT_ID: agentId, BROKER_URL: url, REQUEST_TIMEOUT_MS: timeoutMs } = config
  const pace = {
    baseMs: config.RETRY_BASE_MS,
    maxMs: config.RETRY_MAX_MS,
    credentialMs: config.PAK_RELOAD_MS,
  }
  const client = given ?? createBrokerClient({ url, timeoutMs, tls: await readTls(config) })
  const paks = createPakSource({ pak: config.AGENT_PAK, file: config.AGENT_PAK_FILE }, pace.credentialMs)
  const limits = createKnownLimits(client, paks, agentId)
  const budget = createRequestBudget(() => limits.current)
  const outage = createOutage(log)
  const stop = new AbortController()
  const sending = { client, paks, agentId, instance: spool.instance, budget, pace, metrics, outage }
  const deliver = {
    send: (push: Parameters<typeof sendPush>[0]) => sendPush(push, sending, stop.signal),
    deadLetters: openDeadLetters(config.SPOOL_DIR),
    metrics,
  }
  const running = shipBatches({ spool, limits, deliver, metrics, log }, stop.signal)
  const beating = sendHeartbeats({ client, paks, agentId, version }, stop.signal)
  return {
    mayShip: () => spool.waiting.length === 0 && budget.isAvailable(),
    entriesMax: () => limits.current.max_entries_per_request,
    outageMs: outage.lastsMs,
    running,
    async drain(ms) {
      const deadline = AbortSignal.timeout(Math.floor(ms))
      while (spool.waiting.length > 0 && !deadline.aborted) await spool.settled.next(deadline)
      stop.abort()
      await Promise.all([running, beating])
      client.close()
    },
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
