import type { Lifecycle, Logger, ReadyReport } from '@logboom/service'
import { cachedReadiness, serveOps } from '@logboom/service/ops'
import { Registry } from 'prom-client'
import type { AgentConfig } from './config.ts'
import { createMetrics, exposeGauges } from './metrics.ts'
import { openShipper } from './shipper/open-shipper.ts'
import type { Shipper } from './shipper/open-shipper.ts'
import { createCollector } from './spool/collect-batches.ts'
import type { Collector, CollectorDeps } from './spool/collect-batches.ts'
import { openSpool } from './spool/open-spool.ts'
import { kubernetesMode } from './sources/kubernetes/kubernetes-mode.ts'
import { startKubernetes } from './sources/kubernetes/start-kubernetes.ts'
import type { KubernetesSource } from './sources/kubernetes/start-kubernetes.ts'
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

  const spool = await openSpool({ directory: config.SPOOL_DIR, bytesMax: config.SPOOL_MAX_BYTES, host }, log)
  life.onClose('spool', () => spool.close())

  const shipper = await openShipper(config, { spool, metrics, log })
  life.onClose('shipper', () => shipper.drain(config.SHUTDOWN_GRACE_MS * 0.8))
  shipper.running.catch((err: unknown) => life.fail('shipper failed', err))

  const collector = openCollector(config, life, { spool, metrics, log, ...shipper })
  const files = startSources(config, life, { collector, spool, metrics, registry, host, log, stdin })
  exposeGauges(registry, { spool, files })
  const cluster =
    readsPods(config) && startKubernetes(config, life, { sink: collector, spool, metrics, registry, log })
  Object.assign(checks, readiness(collector, shipper, cluster || null))
  return { registry, ready }
}

/** How often it is asked whether a batch is due. */
const tickMsMax = 200

function openCollector(
  config: AgentConfig,
  life: Lifecycle,
  deps: Pick<CollectorDeps, 'spool' | 'metrics' | 'log' | 'entriesMax' | 'mayShip'>,
): Collector {
  const flushIntervalMs = config.FLUSH_INTERVAL_SECONDS * 1000
  const rules = { minLevel: config.MIN_LEVEL, messageBytesMax: config.MAX_MESSAGE_LENGTH }
  const { signal } = life
  const collector = createCollector({
    ...deps,
    rules,
    bufferSize: config.BUFFER_SIZE,
    flushIntervalMs,
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

function readsPods(config: AgentConfig): boolean {
  return config.LOGGING_ENABLED && kubernetesMode(config) === 'api'
}

function readiness(
  collector: Collector,
  shipper: Shipper,
  cluster: KubernetesSource | null,
): Record<string, () => Promise<void>> {
  return {
    start: async () => undefined,
    spool: async () => failUnless(collector.isWritable(), 'UNWRITABLE'),
    ...(cluster && { kubernetes: async () => failUnless(cluster.isSynced(), 'UNSYNCED') }),
    broker: async () => failUnless(shipper.outageMs() < outageMsMax, 'AWAY'),
  }
}

function failUnless(isGood: boolean, code: string): void {
  if (!isGood) throw Object.assign(new Error(code), { code })
}
