import type { Lifecycle, Logger, ReadyReport } from '@logboom/service'
import { cachedReadiness, serveOps } from '@logboom/service/ops'
import { Registry } from 'prom-client'
import type { AgentConfig } from './config.ts'
import { createMetrics, exposeGauges } from './metrics.ts'
import { createLineRules } from './pipeline/line-rules.ts'
import { openShipper } from './shipper/open-shipper.ts'
import type { Shipper } from './shipper/open-shipper.ts'
import { createCollector } from './spool/collect-batches.ts'
import type { Collector, CollectorDeps } from './spool/collect-batches.ts'
import { openSpool } from './spool/open-spool.ts'
import type { Spool } from './spool/spool.ts'
import type { SpoolOptions } from './spool/spool-state.ts'
import { startSources } from './start-sources.ts'

export interface AgentParts {
  /** For `STDIN`; default: standard input of this process. */
  stdin?: AsyncIterable<Uint8Array>
  /** Default: one of its own. Two agents cannot share one. */
  registry?: Registry
  /** False where somebody else serves the ops port for several services of one process. */
  ops?: boolean
}

export interface RunningAgent {
  registry: Registry
  ready: () => Promise<ReadyReport>
}

/** The agent, from its files to the broker. Starts without the broker; what it opened ends, in reverse, with `life`. */
export async function startAgent(
  config: AgentConfig,
  life: Lifecycle,
  log: Logger,
  { stdin, registry = new Registry(), ops = true }: AgentParts = {},
): Promise<RunningAgent> {
  const metrics = createMetrics(registry)
  const host = { namespace: config.FOLLOW_NAMESPACE, podName: config.FOLLOW_POD_NAME }
  const checks: Record<string, () => Promise<unknown>> = { start: async () => failUnless(false, 'STARTING') }
  const ready = cachedReadiness(checks)
  if (ops) await serveOps(life, { registry, ready }, { port: config.OPS_PORT, host: config.OPS_HOST })

  const spool = await openSpool(spoolOptions(config, host), log, metrics)
  life.onClose('spool', () => spool.close())

  let collector: Collector | null = null
  const shipper = await openShipper(config, {
    spool,
    metrics,
    log,
    report: () => collector?.idleReport() ?? null,
  })
  life.onClose('shipper', () => shipper.drain(config.SHUTDOWN_GRACE_MS * 0.8))
  shipper.running.catch((err: unknown) => life.fail('shipper failed', err))

  collector = openCollector(config, life, { spool, metrics, log, ...shipper })
  const files = startSources(config, life, { collector, spool, metrics, host, log, stdin })
  exposeGauges(registry, { spool, files })
  Object.assign(checks, readiness(collector, shipper, spool))
  return { registry, ready }
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

/** How often it is asked whether a batch is due. */
const tickMsMax = 200

function openCollector(
  config: AgentConfig,
  life: Lifecycle,
  deps: Omit<CollectorDeps, 'rules' | 'bufferSize' | 'flushIntervalMs' | 'dropsOldest' | 'signal'>,
): Collector {
  const flushIntervalMs = config.FLUSH_INTERVAL_SECONDS * 1000
  const rules = createLineRules(config)
  const { signal } = life
  const collector = createCollector({
    ...deps,
    rules: () => rules,
    bufferSize: config.BUFFER_SIZE,
    flushIntervalMs,
    dropsOldest: config.SPOOL_FULL === 'drop_oldest',
    signal,
  })
  life.onClose('collector', () => collector.flush())
  life.spawn('flush', async () => {
    while (!signal.aborted) {
      await deps.spool.settled.next(signal, Math.min(tickMsMax, flushIntervalMs))
      await collector.tick()
    }
  })
  return collector
}

/** How long the broker may be away before the agent calls itself not ready. */
const outageMsMax = 300_000

function readiness(
  collector: Collector,
  shipper: Shipper,
  spool: Spool,
): Record<string, () => Promise<void>> {
  return {
    start: async () => undefined,
    spool: async () => failUnless(!spool.isDegraded, collector.isWritable() ? 'DEGRADED' : 'UNWRITABLE'),
    broker: async () => failUnless(shipper.outageMs() < outageMsMax, 'AWAY'),
  }
}

function failUnless(isGood: boolean, code: string): void {
  if (!isGood) throw Object.assign(new Error(code), { code })
}
