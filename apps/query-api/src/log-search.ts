import type { ReadScope, StreamFilter } from '@logboom/db'

/** What a route asks for, in the words of the database; `Query` is what it asks of the entries themselves. */
export interface LogSearch<Query> {
  scope: ReadScope
  streams: StreamFilter
  query: Query
  /** What a cursor belongs to. */
  filters: unknown
  signal: AbortSignal
}
