import { Counter, Gauge, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'
import type { QueryConfig } from './config.ts'
import { createGate } from './create-gate.ts'
import type { Gate, GateObserver } from './create-gate.ts'
import { createOpenLimit } from './open-limit.ts'
import type { OpenLimit } from './open-limit.ts'

/** Exports have one of their own, so that none of them keeps a search waiting. */
export interface Gates {
  search: Gate
  /** For one page of an export at a time, so that a slow client has none while it reads. */
  export: Gate
  openExports: OpenLimit
}

type GateKind = 'search' | 'export'

/** Each holds a megabyte or two while its client reads. */
const openExportsMax = 100

type GateConfig = Pick<
  QueryConfig,
  | 'DATABASE_CONNECTIONS'
  | 'MAX_CONCURRENT_SEARCHES'
  | 'MAX_CONCURRENT_EXPORTS'
  | 'MAX_WAITING_SEARCHES'
  | 'SEARCH_WAIT_MS'
>

/** The gates that reads go through, with their metrics. */
export function openGates(config: GateConfig, registry: Registry): Gates {
  const observe = createObservers(registry)
  const bounds = { waitingMax: config.MAX_WAITING_SEARCHES, waitMs: config.SEARCH_WAIT_MS }
  const searches = config.MAX_CONCURRENT_SEARCHES ?? Math.floor(config.DATABASE_CONNECTIONS / 2)
  const gates = {
    search: createGate({ slots: searches, ...bounds, observe: observe('search') }),
    export: createGate({ slots: config.MAX_CONCURRENT_EXPORTS, ...bounds, observe: observe('export') }),
    openExports: createOpenLimit(openExportsMax),
  }
  showGates(registry, gates)
  return gates
}

function createObservers(registry: Registry): (kind: GateKind) => GateObserver {
  const refused = new Counter({
    name: 'logboom_query_refused_requests_total',
    help: 'Requests answered 503 because others were before them: queue_full, waited_too_long',
    labelNames: ['kind', 'reason'],
    registers: [registry],
  })
  const cancelled = new Counter({
    name: 'logboom_query_cancelled_requests_total',
    help: 'Requests whose client went away before they were answered; PostgreSQL was told to end what it did for them',
    labelNames: ['kind'],
    registers: [registry],
  })
  const waited = new Histogram({
    name: 'logboom_query_wait_seconds',
    help: 'Time until it was the turn of a request',
    labelNames: ['kind'],
    buckets: [0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10],
    registers: [registry],
  })
  return (kind) => ({
    refused: (reason) => refused.inc({ kind, reason }),
    cancelled: () => cancelled.inc({ kind }),
    waited: (ms) => waited.observe({ kind }, ms / 1000),
  })
}

function showGates(registry: Registry, gates: Gates): void {
  const show = (name: string, help: string, count: (gate: Gate) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['kind'],
      registers: [registry],
      collect() {
        this.set({ kind: 'search' }, count(gates.search))
        this.set({ kind: 'export' }, count(gates.export))
      },
    })
  show('logboom_query_running_requests', 'Requests that are being worked on', (gate) => gate.running)
  show('logboom_query_waiting_requests', 'Requests that wait for their turn', (gate) => gate.waiting)
}
