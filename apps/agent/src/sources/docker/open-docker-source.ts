import { readFileSync } from 'node:fs'
import type { Lifecycle, Logger } from '@logboom/service'
import type { Registry } from 'prom-client'
import type { AgentConfig } from '../../config.ts'
import type { AgentMetrics } from '../../metrics.ts'
import type { Spool } from '../../spool/spool.ts'
import type { LineSink } from '../raw-line.ts'
import type { RunningSource, StreamView } from '../running-source.ts'
import { createDockerMetrics } from './docker-metrics.ts'
import { createEngineHttp } from './engine-http.ts'
import type { Followed } from './follow-container.ts'
import { ownContainer } from './own-container.ts'
import { createEngine, watchEngine } from './watch-engine.ts'

export interface DockerParts {
  sink: LineSink
  spool: Pick<Spool, 'positions' | 'printKey'>
  metrics: AgentMetrics
  registry: Registry
  log: Logger
}

/** How often all containers are listed, beside the events that tell of changes. */
const listMs = 60_000

/** Starts reading the containers of an engine, as a task that ends when the process is told to stop. */
export function openDockerSource(config: AgentConfig, life: Lifecycle, parts: DockerParts): RunningSource {
  const http = createEngineHttp(config.DOCKER_HOST)
  life.onClose('engine', () => http.close())
  const engine = createEngine({
    http,
    sink: parts.sink,
    metrics: parts.metrics,
    dockerMetrics: createDockerMetrics(parts.registry),
    positions: parts.spool.positions,
    printKey: parts.spool.printKey,
    selector: config.DOCKER_SELECTOR,
    labelsKept: config.DOCKER_LABELS,
    ownId: ownContainer(readMountinfo()),
    lineBytesMax: config.MAX_LINE_BYTES,
    lookbackMs: config.LOOKBACK_SECONDS * 1000,
    reopenMs: config.DOCKER_REOPEN_MS,
    silentMs: config.DOCKER_SILENT_MS,
    listMs,
    now: Date.now,
    log: parts.log,
  })
  life.spawn('docker', (signal) => watchEngine(engine, signal))
  return {
    isSynced: () => engine.isRecovered,
    *streams() {
      for (const followed of engine.followed.values()) yield viewOf(followed)
    },
  }
}

function viewOf({ log, state }: Followed): StreamView {
  return { kind: 'docker', source: log, state, lines: log.seq, lastLineUs: log.seen.latest?.us ?? null }
}

/** Empty where there is no such thing, as on macOS. */
function readMountinfo(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8')
  } catch {
    return ''
  }
}
