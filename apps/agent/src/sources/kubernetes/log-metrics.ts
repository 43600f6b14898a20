import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'

/** Why a stream that was followed ended. */
export type StreamCause =
  | 'eof'
  | 'broken'
  | 'lost'
  | 'refused'
  | 'lifetime'
  | 'idle'
  | 'demoted'
  | 'ended'
  | 'stopped'

export type StreamState = 'following' | 'polling' | 'waiting' | 'ending'

export interface LogMetrics {
  /** A request for a log was answered, or not. */
  request(outcome: string): void
  streamEnded(cause: StreamCause): void
  /** A reading that began before its place: whether it met what it had read before. */
  witness(result: 'met' | 'missing'): void
  fragment(): void
  diagnostic(): void
  estimated(): void
  missedRestarts(lives: number): void
  /** Namespaces in which logs may not be read. */
  forbidden(count: number): void
}

/** What reading container logs tells of itself. None is labelled with a pod: their number is not ours to bound. */
export function createLogMetrics(
  registry: Registry,
  countStates: () => Readonly<Record<StreamState, number>>,
): LogMetrics {
  const counter = <T extends string>(name: string, help: string, ...labelNames: T[]): Counter<T> =>
    new Counter({ name: `logboom_agent_${name}`, help, labelNames, registers: [registry] })
  const requests = counter('log_requests_total', 'Requests for container logs by outcome', 'outcome')
  const ends = counter('log_stream_ends_total', 'Followed container logs that ended, by cause', 'cause')
  const witnesses = counter('log_overlaps_total', 'Readings that should have met known lines', 'result')
  const fragments = counter('log_fragments_total', 'Rests of lines without a time, dropped')
  const diagnostics = counter('log_diagnostics_total', 'Error texts that came in place of a log')
  const estimated = counter(
    'log_estimated_times_total',
    'Lines without a time that were given the one before',
  )
  const missed = counter('log_missed_restarts_total', 'Lives of containers of which no log could be had')
  const forbidden = new Gauge({
    name: 'logboom_agent_log_forbidden_namespaces',
    help: 'Namespaces in which logs may not be read',
    registers: [registry],
  })
  void new Gauge({
    name: 'logboom_agent_log_containers',
    help: 'Containers whose logs are collected, by how they are read',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const [state, count] of Object.entries(countStates())) this.set({ state }, count)
    },
  })
  return {
    request: (outcome) => requests.inc({ outcome }),
    streamEnded: (cause) => ends.inc({ cause }),
    witness: (result) => witnesses.inc({ result }),
    fragment: () => fragments.inc(),
    diagnostic: () => diagnostics.inc(),
    estimated: () => estimated.inc(),
    missedRestarts: (lives) => missed.inc(lives),
    forbidden: (count) => forbidden.set(count),
  }
}
