import type { StoredEntry, StoredGap } from '@logboom/contracts'

/** What a list of lines shows, from top to bottom. */
export type ListRow =
  | {
      kind: 'entry'
      key: string
      entry: StoredEntry
      /** Lines of a stack trace that stand under this one, in order of time, whether they are shown or not. */
      folded: readonly StoredEntry[]
      isUnfolded: boolean
      /** Of an unfolded trace, and not its first line. */
      isMember: boolean
    }
  | { kind: 'gap'; key: string; gap: StoredGap }
  | { kind: 'day'; key: string; day: string }
  | { kind: 'complete'; key: string; until: string; order: 'desc' | 'asc' }
  | { kind: 'retention'; key: string; oldestAvailable: string; seconds: number }
  | { kind: 'begin'; key: string; since: string }
  | { kind: 'lost'; key: string; count: number; why: 'dropped' | 'trimmed' }

export type EntryRow = Extract<ListRow, { kind: 'entry' }>

/** An entry's id is unique together with its time. */
export function keyOf({ id, timestamp }: { id: string; timestamp: string }): string {
  return `${timestamp}@${id}`
}
