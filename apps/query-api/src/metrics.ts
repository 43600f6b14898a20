import type { Database } from '@logboom/db'
import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'

export interface QueryMetrics {
  /** A page of logs was answered: with all it was asked for, or cut short by time. */
  countPage(outcome: 'full' | 'cut_short'): void
  countExport(outcome: 'complete' | 'incomplete' | 'left'): void
}

/** Every metric of query-api, besides `logboom_http_request_seconds`. */
export function createMetrics(registry: Registry, { pool }: Database): QueryMetrics {
  const pages = new Counter({
    name: 'logboom_log_pages_total',
    help: 'Pages of log entries answered; cut_short = the search ran out of time and gave a cursor to go on from',
    labelNames: ['outcome'],
    registers: [registry],
  })
  const exports = new Counter({
    name: 'logboom_exports_total',
    help: 'Exports that ended: complete, incomplete for a fault of ours, left by their client',
    labelNames: ['outcome'],
    registers: [registry],
  })
  new Gauge({
    name: 'logboom_query_database_waiting_requests',
    help: 'Statements that wait for a connection to PostgreSQL',
    registers: [registry],
    collect() {
      this.set(pool.waitingCount)
    },
  })
  return {
    countPage: (outcome) => pages.inc({ outcome }),
    countExport: (outcome) => exports.inc({ outcome }),
  }
}
