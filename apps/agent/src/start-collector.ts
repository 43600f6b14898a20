import type { Lifecycle } from '@logboom/service'
import type { AgentConfig } from './config.ts'
import { createLineRules } from './pipeline/line-rules.ts'
import type { LineSettings } from './pipeline/line-rules.ts'
import type { Reloadable } from './reload/live-settings.ts'
import { createCollector } from './spool/collect-batches.ts'
import type { Collector, CollectorDeps, FlushPace } from './spool/collect-batches.ts'

type Given = 'spool' | 'metrics' | 'log' | 'entriesMax' | 'mayShip' | 'mayShipFollowed' | 'boost'

export type CollectorParts = Pick<CollectorDeps, Given> & { live: Reloadable }

/** How often it is asked whether a batch is due. */
const tickMsMax = 200

/** Starts what makes lines into batches. Its rules and its pace may change from one line to the next. */
export function openCollector(config: AgentConfig, life: Lifecycle, parts: CollectorParts): Collector {
  const { spool, metrics, log, entriesMax, mayShip, mayShipFollowed, boost, live } = parts
  const { signal } = life
  let rules = createLineRules(config)
  const pace = paceOf(config)
  const collector = createCollector({
    spool,
    metrics,
    log,
    entriesMax,
    mayShip,
    mayShipFollowed,
    boost,
    dropsOldest: config.SPOOL_FULL === 'drop_oldest',
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
  live.onReload(lineSettings, (changed) => {
    const next = createLineRules(changed)
    return () => {
      rules = next
    }
  })
  live.onReload(['BUFFER_SIZE', 'FLUSH_INTERVAL_SECONDS'], (changed) => {
    return () => void Object.assign(pace, paceOf(changed))
  })
  return collector
}

const lineSettings = Object.keys({
  MIN_LEVEL: 0,
  MAX_MESSAGE_LENGTH: 0,
  REDACT: 0,
  REDACT_OFF: 0,
  REDACT_RULES: 0,
  PARSE_JSON: 0,
  RATE_LIMIT_LINES: 0,
  RATE_LIMIT_BYTES: 0,
  RATE_LIMIT_BURST_SECONDS: 0,
  SAMPLE_PERCENT: 0,
} satisfies Record<keyof LineSettings, 0>) as (keyof LineSettings)[] // all of them, says the line above

function paceOf(config: AgentConfig): FlushPace {
  return { bufferSize: config.BUFFER_SIZE, flushIntervalMs: config.FLUSH_INTERVAL_SECONDS * 1000 }
}
