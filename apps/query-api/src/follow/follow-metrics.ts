import { Counter, Gauge, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'

export interface FollowMetrics {
  sent(entries: number): void
  dropped(entries: number): void
  /** A batch was given to its followers so long after its transaction began. */
  given(lagSeconds: number): void
  /** Where to ask how many follow. */
  watch(followers: () => number): void
}

export function createFollowMetrics(registry: Registry): FollowMetrics {
  const registers = [registry]
  const sent = new Counter({
    name: 'logboom_follow_sent_entries_total',
    help: 'Log entries sent to followers',
    registers,
  })
  const dropped = new Counter({
    name: 'logboom_follow_dropped_entries_total',
    help: 'Log entries not sent to followers that were too slow, who are told how many',
    registers,
  })
  const lag = new Histogram({
    name: 'logboom_follow_lag_seconds',
    help: 'From the beginning of the transaction that stored a batch until it was handed to those who follow it',
    buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 30],
    registers,
  })
  return {
    sent: (entries) => sent.inc(entries),
    dropped: (entries) => dropped.inc(entries),
    given: (seconds) => lag.observe(seconds),
    watch(followers) {
      new Gauge({
        name: 'logboom_followers',
        help: 'Connections that follow log entries',
        registers,
        collect() {
          this.set(followers())
        },
      })
    },
  }
}
