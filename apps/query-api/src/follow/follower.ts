import { rowMatcherOf } from './follow-filter.ts'
import type { FollowFilter } from './follow-filter.ts'
import type { FollowPosition } from './follow-position.ts'
import { createOutbox } from './outbox.ts'
import type { FollowSink, Outbox, OutboxOptions } from './outbox.ts'
import type { BatchLine } from './read-batches.ts'

export interface FollowerOptions extends OutboxOptions {
  sink: FollowSink
  filter: FollowFilter
  position: FollowPosition
}

/** A connection that follows. */
export interface Follower extends Outbox {
  readonly filter: FollowFilter
  /** Aborted when the connection is closed, by whomever. */
  readonly closed: AbortSignal
  /** Up to where it was given what it asks for, before it came to the head of the ledger. */
  position: FollowPosition
  /** Of a stream that it takes, and with its attributes, which PostgreSQL judges. */
  takesLine(line: BatchLine): boolean
}

export function createFollower({ sink, filter, position, ...options }: FollowerOptions): Follower {
  const takesRow = rowMatcherOf(filter)
  return {
    ...createOutbox(sink, options),
    filter,
    closed: sink.closed,
    position,
    takesLine: ({ row }) => takesRow(row, true),
  }
}
