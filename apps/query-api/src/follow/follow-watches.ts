import type { RowFilter, Stream } from '@logboom/db'
import { batchEventsOf } from './batch-events.ts'
import type { BatchEvent } from './batch-events.ts'
import { rowMatcherOf, takesStream } from './follow-filter.ts'
import type { FollowFilter } from './follow-filter.ts'
import type { Follower } from './follower.ts'
import { isPast } from './follow-position.ts'
import type { Batch, BatchLine } from './read-batches.ts'

/** Those who follow at the head of the ledger. */
export interface FollowWatches {
  add(follower: Follower): void
  remove(follower: Follower): void
  size(): number
  followers(): Iterable<Follower>
  wantsAgent(agentId: string): boolean
  wantsStream(stream: Stream): boolean
  /** Of all filters, each once. */
  attributes(): RowFilter['attributes']
  /** Gives a batch that was read with these attributes; returns whether there was something to give to somebody. */
  give(batch: Batch, attributes: RowFilter['attributes']): boolean
}

/** Followers that ask for the same: what is theirs is found and written as text once. */
interface Watch {
  filter: FollowFilter
  takesRow: ReturnType<typeof rowMatcherOf>
  members: Set<Follower>
}

export function createWatches(): FollowWatches {
  const watches = createIndex()
  let size = 0
  return {
    add(follower) {
      watches.of(follower.filter).members.add(follower)
      size += 1
    },
    remove(follower) {
      const watch = watches.of(follower.filter)
      if (watch.members.delete(follower)) size -= 1
      if (watch.members.size === 0) watches.remove(watch)
    },
    size: () => size,
    *followers() {
      for (const { members } of watches.all()) yield* members
    },
    wantsAgent: (agentId) => !watches.ofAgent(agentId).next().done,
    wantsStream(stream) {
      for (const { filter } of watches.ofAgent(stream.agentId)) if (takesStream(filter, stream)) return true
      return false
    },
    attributes() {
      const all = [...watches.all()].flatMap(({ filter }) => filter.attributes)
      return [...new Map(all.map((attribute) => [keyOf(attribute), attribute])).values()]
    },
    give(batch, attributes) {
      const places = new Map(attributes.map((attribute, place) => [keyOf(attribute), place]))
      let isGiven = false
      for (const watch of watches.ofAgent(batch.commit.agentId)) {
        if (giveTo(watch, batch, places)) isGiven = true
      }
      return isGiven
    },
  }
}

interface WatchIndex {
  /** Makes it where there is none. */
  of(filter: FollowFilter): Watch
  remove(watch: Watch): void
  all(): Iterable<Watch>
  /** Those who may want lines of an agent: of thousands, most follow some other one. */
  ofAgent(agentId: string): Generator<Watch>
}

function createIndex(): WatchIndex {
  const byKey = new Map<string, Watch>()
  const byAgent = new Map<string | null, Set<Watch>>()

  function make(filter: FollowFilter): Watch {
    const watch = { filter, takesRow: rowMatcherOf(filter), members: new Set<Follower>() }
    const { agentId } = filter.streams
    byKey.set(filter.key, watch)
    byAgent.set(agentId, (byAgent.get(agentId) ?? new Set()).add(watch))
    return watch
  }

  return {
    of: (filter) => byKey.get(filter.key) ?? make(filter),
    remove(watch) {
      const { key, streams } = watch.filter
      const beside = byAgent.get(streams.agentId)
      byKey.delete(key)
      beside?.delete(watch)
      if (beside?.size === 0) byAgent.delete(streams.agentId)
    },
    all: () => byKey.values(),
    *ofAgent(agentId) {
      yield* byAgent.get(agentId) ?? []
      for (const watch of byAgent.get(null) ?? []) {
        const { agents } = watch.filter.scope
        if (!agents || agents.includes(agentId)) yield watch
      }
    },
  }
}

function giveTo({ filter, takesRow, members }: Watch, batch: Batch, places: Map<string, number>): boolean {
  const asked = filter.attributes.map((attribute) => places.get(keyOf(attribute)) ?? -1)
  const takesLine = ({ row, stream }: BatchLine) =>
    takesStream(filter, stream) &&
    takesRow(
      row,
      asked.every((place) => row.hasAttributes[place] === true),
    )
  let shared: BatchEvent[] | null = null
  let isGiven = false
  for (const follower of members) {
    const { position: after } = follower
    if (isPast(after, batch.commit)) continue
    // the ids of one who has just begun say what it has seen, until all of that time is past
    const isNew = after.seen !== null && after.seen.xmax > batch.commit.xid
    const events = isNew
      ? batchEventsOf(batch, { filter, takesLine, after })
      : (shared ??= batchEventsOf(batch, { filter, takesLine, after: { ...after, seen: null } }))
    for (const event of events) follower.offer(event)
    if (events.length > 0) isGiven = true
  }
  return isGiven
}

function keyOf([key, value]: readonly [string, string]): string {
  return JSON.stringify([key, value])
}
