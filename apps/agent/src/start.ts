import type { Lifecycle, Logger, ReadyReport } from '@logboom/service'
import { cachedReadiness, serveOps } from '@logboom/service/ops'
import { Registry } from 'prom-client'
import type { AgentConfig } from './config.ts'
import { watchEventLoop } from './debug/event-loop.ts'
import { renderStreams } from './debug/render-streams.ts'
import { createMetrics, exposeGauges } from './metrics.ts'
import { createLiveSettings } from './reload/live-settings.ts'
import { keepConfigFresh } from './reload/reload-config.ts'
import type { ConfigOrigin } from './reload/reload-config.ts'
import type { BrokerClient } from './shipper/broker-client.ts'
import { openShipper } from './shipper/open-shipper.ts'
import type { Shipper } from './shipper/open-shipper.ts'
import type { RunningSource } from './sources/running-source.ts'
import type { Collector } from './spool/collect-batches.ts'
import { openSpool } from './spool/open-spool.ts'
import type { SpoolOptions } from './spool/spool-state.ts'
import type { Spool } from './spool/spool.ts'
import { openCollector } from './start-collector.ts'
import { startSources } from './start-sources.ts'

export interface AgentParts {
  /** For `STDIN`; default: standard input of this process. */
  stdin?: AsyncIterable<Uint8Array>
  /** Default: one of its own. Two agents cannot share one. */
  registry?: Registry
  /** False where somebody else serves the ops port for several services of one process. */
  ops?: boolean
  /** Where the configuration came from, to take it anew while the agent runs; without it, nothing changes. */
  origin?: ConfigOrigin
  /** What takes the batches; default: the broker. */
  client?: BrokerClient
}

export interface RunningAgent {
  registry: Registry
  ready: () => Promise<ReadyReport>
  /** What has the agent take other settings while it runs. */
  live: ReturnType<typeof createLiveSettings>
  /** Where /livez, /readyz, /metrics and /debug/streams are; undefined where somebody else serves them. */
  opsPort: number | undefined
}

/** The agent, from its files to the broker. Starts without the broker; what it opened ends, in reverse, with `life`. */
export async function startAgent(
  config: AgentConfig,
  life: Lifecycle,
  log: Logger,
  { stdin, registry = new Registry(), ops = true, origin, client }: AgentParts = {},
): Promise<RunningAgent> {
  const metrics = createMetrics(registry)
  const live = createLiveSettings(config)
  const host = { namespace: config.FOLLOW_NAMESPACE, podName: config.FOLLOW_POD_NAME }
  const checks: Record<string, () => Promise<unknown>> = { start: async () => failUnless(false, 'STARTING') }
  const ready = cachedReadiness(checks)
  const health: Health = { sources: [], collector: null, loopLateMs: watchEventLoop(life) }
  const opsPort = ops ? await openOps(config, life, { registry, ready, health }) : undefined

  const spool = await openSpool(spoolOptions(config, host), log, metrics)
  life.onClose('spool', () => spool.close())

  const report = () => health.collector?.idleReport() ?? null
  const shipper = await openShipper(config, { spool, metrics, log, client, report })
  life.onClose('shipper', () => shipper.drain(config.SHUTDOWN_GRACE_MS * 0.8))
  shipper.running.catch((err: unknown) => life.fail('shipper failed', err))

  const collector = openCollector(config, life, { spool, metrics, log, live, ...shipper })
  const { files, running } = await startSources(config, life, {
    collector,
    spool,
    metrics,
    registry,
    host,
    log,
    live,
    stdin,
  })
  exposeGauges(registry, { spool, files })
  Object.assign(health, { collector, sources: running })
  Object.assign(checks, readiness({ collector, shipper, spool, sources: running }))

  live.onReload(['LOG_LEVEL'], (changed) => () => {
    log.level = changed.LOG_LEVEL
  })
  if (origin) keepConfigFresh(origin, life, { live, metrics, log })
  return { registry, ready, live, opsPort }
}

function spoolOptions(config: AgentConfig, host: SpoolOptions['host']): SpoolOptions {
  return {
    directory: config.SPOOL_DIR,
    bytesMax: config.SPOOL_MAX_BYTES,
    memoryBytesMax: config.SPOOL_MEMORY_BYTES,
    probeMs: config.SPOOL_PROBE_MS,
    host,
  }
}

/** What the ops port is asked about; empty until the agent has come so far. */
interface Health {
  sources: readonly RunningSource[]
  collector: Collector | null
  loopLateMs: () => number
}

/** What no restart is needed for: a process that comes to its work within this time, or a disk that answers. */
const loopLateMsMax = 5_000
const writingMsMax = 60_000

async function openOps(
  config: AgentConfig,
  life: Lifecycle,
  { registry, ready, health }: Pick<RunningAgent, 'registry' | 'ready'> & { health: Health },
): Promise<number> {
  const live = () =>
    health.loopLateMs() < loopLateMsMax && (health.collector?.writingMs() ?? 0) < writingMsMax
  const streams = (accept: string) => {
    const views = health.sources.flatMap((source) => [...source.streams()])
    return renderStreams(views, accept, Date.now())
  }
  const at = { port: config.OPS_PORT, host: config.OPS_HOST }
  const { port } = await serveOps(life, { registry, ready, live, debug: { '/debug/streams': streams } }, at)
  return port
}

/** How long the broker may be away before the agent calls itself not ready. */
const outageMsMax = 300_000

interface Parts {
  collector: Collector
  shipper: Shipper
  spool: Spool
  sources: readonly RunningSource[]
}

function readiness({ collector, shipper, spool, sources }: Parts): Record<string, () => Promise<void>> {
  const areSynced = () => sources.every((source) => source.isSynced())
  return {
    start: async () => undefined,
    sources: async () => failUnless(areSynced(), 'SYNCING'),
    spool: async () => failUnless(!spool.isDegraded, collector.isWritable() ? 'DEGRADED' : 'UNWRITABLE'),
    broker: async () => failUnless(shipper.outageMs() < outageMsMax, 'AWAY'),
  }
}

function failUnless(isGood: boolean, code: string): void {
  if (!isGood) throw Object.assign(new Error(code), { code })
}
