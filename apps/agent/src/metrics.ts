import type { Gap } from '@logboom/contracts'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'

export interface AgentMetrics {
  read(lines: number, bytes: number): void
  redacted(rule: string): void
  truncated(): void
  dropped(reason: 'min_level' | 'rate_limit' | 'sampled' | 'spool_full' | 'expired', lines?: number): void
  gap(reason: Gap['reason']): void
  sent(entries: number): void
  /** Entries that the broker did not take. */
  refused(fate: 'rejected' | 'expired', entries: number): void
  /** One request, by its outcome: a status, or `network`, `timeout`, `invalid_answer`. */
  request(outcome: string, isRetry: boolean): void
  fsync(tookMs: number): void
  writeFailure(): void
  /** Batches freed though nobody said that they are committed. */
  unconfirmed(reason: 'never_told' | 'spool_full' | 'memory_full', batches: number): void
  /** The configuration was read again. */
  reloaded(result: 'applied' | 'unchanged' | 'refused'): void
}

export interface Observed {
  spool: {
    bytes: number
    heldBytes: number
    isDegraded: boolean
    unsent: number
    waiting: readonly { sealedMs: number }[]
  }
  files: { followed: ReadonlyMap<string, unknown>; unreadable: ReadonlyMap<string, unknown> }
}

/** Every metric of the agent. None is labelled with a path, a pod or the agent: their number is not ours to bound. */
export function createMetrics(registry: Registry): AgentMetrics {
  const counter = <T extends string>(name: string, help: string, ...labelNames: T[]): Counter<T> =>
    new Counter({ name: `logboom_agent_${name}`, help, labelNames, registers: [registry] })
  const lines = counter('lines_read_total', 'Lines read from all sources')
  const bytes = counter('read_bytes_total', 'Bytes of these lines, as far as they were kept')
  const redacted = counter('redactions_total', 'Lines in which a rule found a secret', 'rule')
  const truncated = counter('truncated_lines_total', 'Lines cut to MAX_MESSAGE_LENGTH')
  const dropped = counter('dropped_lines_total', 'Lines that are not sent', 'reason')
  const gaps = counter('gaps_total', 'Gap records made', 'reason')
  const sent = counter('sent_lines_total', 'Entries that the broker accepted')
  const refused = counter('refused_lines_total', 'Entries that it did not; each is in a gap', 'fate')
  const requests = counter('requests_total', 'Pushes by outcome', 'outcome')
  const retries = counter('retries_total', 'Pushes that repeat an earlier one')
  const failures = counter('spool_write_failures_total', 'Writes to the spool that failed and are repeated')
  const unconfirmed = counter(
    'unconfirmed_batches_total',
    'Batches that were answered, and freed though nobody called them committed',
    'reason',
  )
  const reloads = counter('config_reloads_total', 'Times that the configuration was read again', 'result')
  const fsyncs = new Histogram({
    name: 'logboom_agent_spool_write_seconds',
    help: 'To write a batch to the spool and have the disk confirm it',
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
    registers: [registry],
  })
  return {
    read: (lineCount, byteCount) => {
      lines.inc(lineCount)
      bytes.inc(byteCount)
    },
    redacted: (rule) => redacted.inc({ rule }),
    truncated: () => truncated.inc(),
    dropped: (reason, count = 1) => dropped.inc({ reason }, count),
    gap: (reason) => gaps.inc({ reason }),
    sent: (entries) => sent.inc(entries),
    refused: (fate, entries) => refused.inc({ fate }, entries),
    request: (outcome, isRetry) => {
      requests.inc({ outcome })
      if (isRetry) retries.inc()
    },
    fsync: (tookMs) => fsyncs.observe(tookMs / 1000),
    writeFailure: () => failures.inc(),
    unconfirmed: (reason, batches) => unconfirmed.inc({ reason }, batches),
    reloaded: (result) => reloads.inc({ result }),
  }
}

/** The state that is asked for when metrics are read. */
export function exposeGauges(registry: Registry, { spool, files }: Observed): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `logboom_agent_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value())
      },
    })
  const ageSeconds = (sealedMs = Date.now()) => Math.max(0, Date.now() - sealedMs) / 1000
  gauge('spool_bytes', 'Bytes of the batches that wait for the broker', () => spool.bytes)
  gauge('spool_batches', 'Batches that wait for the broker to commit them', () => spool.waiting.length)
  gauge('spool_unsent_batches', 'Of these, parts that it has not answered', () => spool.unsent)
  gauge('spool_held_bytes', 'Bytes held in memory while the disk takes nothing', () => spool.heldBytes)
  gauge('spool_degraded', '1 while the disk takes nothing', () => (spool.isDegraded ? 1 : 0))
  gauge('spool_oldest_age_seconds', 'Age of the oldest of them', () => ageSeconds(spool.waiting[0]?.sealedMs))
  gauge('open_files', 'Files that are followed', () => files.followed.size)
  gauge('unreadable_files', 'Files that match but cannot be read', () => files.unreadable.size)
}
