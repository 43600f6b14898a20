import type { RetentionMeasure } from '@logboom/db'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'

export interface RetentionMetrics {
  deleted(kind: string, rows: number): void
  folded(deltas: number): void
  ran(tookMs: number, postponed: number): void
  failed(task: string): void
  measured(measure: RetentionMeasure): void
}

/** Every metric of retention-worker. */
export function createMetrics(registry: Registry): RetentionMetrics {
  const { rows, deltas, failures, seconds } = createWorkMetrics(registry)
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] })
  const success = gauge('logboom_retention_last_success_timestamp_seconds', 'When a run last ended well')
  const left = gauge('logboom_postponed_partitions', 'Partitions that the last run left, as they were in use')
  const age = gauge(
    'logboom_oldest_row_age_seconds',
    'Age of the oldest row in the table; 0 when it is empty',
  )
  const expired = gauge('logboom_expired_rows', 'Rows that have expired and are not deleted yet')
  const partitions = gauge('logboom_partitions', 'Leaves of agent_logs')
  return {
    deleted: (kind, count) => rows.inc({ kind }, count),
    folded: (count) => deltas.inc(count),
    ran(tookMs, postponed) {
      seconds.observe(tookMs / 1000)
      left.set(postponed)
      success.set(Date.now() / 1000)
    },
    failed: (task) => failures.inc({ task }),
    measured(measure) {
      age.set(measure.oldestRowAgeSeconds ?? 0)
      expired.set(measure.expiredRows)
      partitions.set(measure.partitions)
    },
  }
}

function createWorkMetrics(registry: Registry) {
  const registers = [registry]
  return {
    rows: new Counter({
      name: 'logboom_deleted_rows_total',
      help: 'Rows deleted or dropped, by the kind of receipt; gaps, streams and ledger entries have none',
      labelNames: ['kind'],
      registers,
    }),
    deltas: new Counter({
      name: 'logboom_folded_deltas_total',
      help: 'Count deltas folded into counts',
      registers,
    }),
    failures: new Counter({
      name: 'logboom_retention_failures_total',
      help: 'Runs that ended with an error; each is tried again',
      labelNames: ['task'],
      registers,
    }),
    seconds: new Histogram({
      name: 'logboom_retention_run_seconds',
      help: 'Duration of a run',
      buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 1800],
      registers,
    }),
  }
}
