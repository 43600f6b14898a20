import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import type { AcceptedPush } from './accept-push.ts'

export interface IngestMetrics {
  /** Counts the fate of every entry of a push that was answered 201 or 422. */
  count(received: number, push: Pick<AcceptedPush, 'entries' | 'expired' | 'rejected' | 'unlinked'>): void
  /** Counts the entries of a push that got its first answer again. */
  countReplay(received: number): void
}

/** Every metric of ingest-api, besides `logboom_http_request_seconds`. */
export function createMetrics(
  registry: Registry,
  pressure: () => { usedBytes: number; jobs: number },
): IngestMetrics {
  const registers = [registry]
  const received = new Counter({
    name: 'logboom_entries_received_total',
    help: 'Entries in pushes that were judged: accepted + expired + rejected + replayed',
    registers,
  })
  const fates = new Counter({
    name: 'logboom_entries_total',
    help: 'Entries by fate at ingest, with the reason for those that were rejected',
    labelNames: ['stage', 'fate', 'reason'],
    registers,
  })
  const unlinked = new Counter({
    name: 'logboom_entries_unlinked_total',
    help: 'Accepted entries whose deployment object or work order is not known or not theirs',
    registers,
  })
  gauge('logboom_queue_used_bytes', 'Memory that Redis uses', () => pressure().usedBytes, registry)
  gauge('logboom_queue_jobs', 'Jobs that wait, run or are delayed', () => pressure().jobs, registry)
  const stage = 'ingest'
  return {
    count(entries, push) {
      received.inc(entries)
      fates.inc({ stage, fate: 'accepted', reason: '' }, push.entries)
      fates.inc({ stage, fate: 'expired', reason: '' }, push.expired)
      unlinked.inc(push.unlinked)
      for (const { code } of push.rejected) {
        fates.inc({ stage, fate: 'rejected', reason: code })
      }
    },
    countReplay(entries) {
      received.inc(entries)
      fates.inc({ stage, fate: 'replayed', reason: '' }, entries)
    },
  }
}

function gauge(name: string, help: string, read: () => number, registry: Registry): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read())
    },
  })
}
