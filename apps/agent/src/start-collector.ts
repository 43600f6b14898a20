import type { Lifecycle } from '@logboom/service'
import type { AgentConfig } from './config.ts'
import type { LineRules } from './pipeline/process-line.ts'
import type { Reloadable } from './reload/live-settings.ts'
import { createCollector } from './spool/collect-batches.ts'
import type { Collector, CollectorDeps, FlushPace } from './spool/collect-batches.ts'

export type CollectorParts = Pick<CollectorDeps, 'spool' | 'metrics' | 'log' | 'entriesMax' | 'mayShip'> & {
  live: Reloadable
}

/** How often it is asked whether a batch is due. */
const tickMsMax = 200

/** Starts what makes lines into batches. Its rules and its pace may change from one line to the next. */
export function openCollector(config: AgentConfig, life: Lifecycle, parts: CollectorParts): Collector {
  const { spool, metrics, log, entriesMax, mayShip, live } = parts
  const { signal } = life
  let rules = rulesOf(config)
  const pace = paceOf(config)
  const collector = createCollector({
    spool,
    metrics,
    log,
    entriesMax,
    mayShip,
    rules: () => rules,
    pace,
    signal,
  })
  life.onClose('collector', () => collector.flush())
  life.spawn('flush', async () => {
    while (!signal.aborted) {
      await spool.settled.next(signal, Math.min(tickMsMax, pace.flushIntervalMs))
      await collector.tick()
    }
  })
  live.onReload(['MIN_LEVEL', 'MAX_MESSAGE_LENGTH'], (changed) => {
    const next = rulesOf(changed)
    return () => {
      rules = next
    }
  })
  live.onReload(['BUFFER_SIZE', 'FLUSH_INTERVAL_SECONDS'], (changed) => {
    return () => void Object.assign(pace, paceOf(changed))
  })
  return collector
}

/** All that may throw for a bad setting is done here, before anything changes. */
function rulesOf(config: AgentConfig): LineRules {
  return { minLevel: config.MIN_LEVEL, messageBytesMax: config.MAX_MESSAGE_LENGTH }
}

function paceOf(config: AgentConfig): FlushPace {
  return { bufferSize: config.BUFFER_SIZE, flushIntervalMs: config.FLUSH_INTERVAL_SECONDS * 1000 }
}
