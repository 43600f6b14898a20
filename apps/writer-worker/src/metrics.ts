import { writerFates } from '@logboom/contracts'
import type { BatchJob, BatchOutcome } from '@logboom/contracts'
import type { DatabaseFault, WrittenBatch } from '@logboom/db'
import type { ConsumerEvent } from '@logboom/queue'
import { Counter, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'

export interface WriterMetrics {
  written(job: BatchJob, written: WrittenBatch, tookMs: number): void
  /** Counts what became of a batch's entries. */
  countFates(outcome: BatchOutcome): void
  failed(fault: DatabaseFault): void
  /** A job that no version of the payload fits; it stays in the queue as failed. */
  undecodable(entries: number | null): void
  queueEvent(kind: ConsumerEvent['kind']): void
}

/** Every metric of writer-worker. */
export function createMetrics(registry: Registry): WriterMetrics {
  const fates = counter(registry, 'logboom_entries_total', fatesHelp, ['stage', 'fate', 'reason'])
  const batches = counter(registry, 'logboom_batches_total', batchesHelp, ['result'])
  const failures = counter(registry, 'logboom_write_failures_total', failuresHelp, ['fault'])
  const events = counter(registry, 'logboom_queue_events_total', eventsHelp, ['kind'])
  const seconds = histogram(
    registry,
    'logboom_write_seconds',
    'From taking a job to its COMMIT, with its wait for a transaction',
    writeBuckets,
  )
  const lag = histogram(
    registry,
    'logboom_receipt_to_commit_seconds',
    'From receipt by ingest-api to COMMIT',
    lagBuckets,
  )

  return {
    written({ header }, { isNew }, tookMs) {
      batches.inc({ result: isNew ? 'written' : 'committed_before' })
      if (!isNew) return
      seconds.observe(tookMs / 1000)
      lag.observe(Math.max(0, Date.now() / 1000 - header.created_us / 1e6))
    },
    countFates(outcome) {
      for (const fate of writerFates) fates.inc({ stage: 'writer', fate, reason: '' }, outcome[fate])
    },
    failed: (fault) => failures.inc({ fault }),
    undecodable(entries) {
      batches.inc({ result: 'undecodable' })
      fates.inc({ stage: 'writer', fate: 'dead_letter', reason: 'undecodable' }, entries ?? 0)
    },
    queueEvent: (kind) => events.inc({ kind }),
  }
}

const fatesHelp = 'Entries by fate at the writer; together they are the accepted ones'
const batchesHelp =
  'Jobs by what became of them: written, found committed by an earlier attempt, or undecodable'
const failuresHelp = 'Jobs whose transaction failed, by fault; each is tried again'
const eventsHelp =
  'Jobs that were retried, failed an attempt, failed for good, or came back from a writer that was lost'
const writeBuckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]
const lagBuckets = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 60, 600]

function counter<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: Label[],
): Counter<Label> {
  return new Counter({ name, help, labelNames, registers: [registry] })
}

function histogram(registry: Registry, name: string, help: string, buckets: number[]): Histogram {
  return new Histogram({ name, help, buckets, registers: [registry] })
}
