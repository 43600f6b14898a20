import type { LogPage, StoredEntry, StoredGap } from '@logboom/contracts'
import type { Broker } from '../broker/open-broker.ts'
import { compareTimes } from './compare-times.ts'
import type { LogRequest } from './filter-options.ts'

/** Lines and what there is to say of them. */
export interface FoundLines {
  /** In the order in which they are shown. */
  entries: StoredEntry[]
  /** There are more than were asked for. */
  hasMore: boolean
  total: number
  totalIsExact: boolean
  /** Of the time that the lines cover. */
  gaps: StoredGap[]
  progress: Pick<LogPage, 'complete_until' | 'agents'>
}

export interface SearchOptions {
  /** Lines at most. */
  limit: number
  /** Which end is looked at: the newest, or the oldest. */
  from: 'newest' | 'oldest'
}

const pageEntriesMax = 1_000

/** The newest or the oldest lines that match, oldest first. */
export async function searchLogs(
  broker: Broker,
  { path, query }: LogRequest,
  { limit, from }: SearchOptions,
): Promise<FoundLines> {
  const entries: StoredEntry[] = []
  let first: LogPage | undefined
  let page: LogPage | undefined
  do {
    const wanted = Math.min(limit - entries.length, pageEntriesMax)
    page = await broker.get<LogPage>(path, [
      ...query,
      ['order', from === 'newest' ? 'desc' : 'asc'],
      ['limit', String(wanted)],
      ...(page?.next_cursor ? [['cursor', page.next_cursor] as const] : []),
      ...(page ? [['total', 'none'] as const] : []),
    ])
    first ??= page
    entries.push(...page.logs)
  } while (page.next_cursor !== null && entries.length < limit)
  const { total, total_is_exact: totalIsExact, gaps, complete_until, agents } = first
  const shown = from === 'newest' ? entries.toReversed() : entries
  return {
    entries: shown,
    hasMore: page.has_more,
    total,
    totalIsExact,
    gaps: page.has_more ? gapsAmong(gaps, shown) : gaps,
    progress: { complete_until, agents },
  }
}

/** Those that reach into the time of the lines. */
function gapsAmong(gaps: readonly StoredGap[], entries: readonly StoredEntry[]): StoredGap[] {
  const [first, last] = [entries[0], entries.at(-1)]
  if (!first || !last) return [...gaps]
  return gaps.filter(
    ({ from, to }) => compareTimes(to, first.timestamp) >= 0 && compareTimes(from, last.timestamp) <= 0,
  )
}
