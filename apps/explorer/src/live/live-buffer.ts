import type { StoredEntry, StoredGap } from '@logboom/contracts'
import type { ListRow } from '../lines/list-row.ts'

/** What is shown of a live stream at one time. */
export interface LiveSnapshot {
  entries: StoredEntry[]
  /** Rows that came after an entry: gaps, and what was lost. */
  inserts: ReadonlyMap<StoredEntry, ListRow[]>
  /** Rows before the first entry. */
  leading: ListRow[]
  /** Entries that ever came. */
  received: number
}

const entriesMax = 50_000
/** Let go at once, so that not every line moves all others. */
const trimmedAtOnce = 5_000

/** Lines in the order in which they came, so many and no more. */
export class LiveBuffer {
  readonly #entriesMax: number
  readonly #trimmedAtOnce: number
  #entries: StoredEntry[] = []
  #inserts = new Map<StoredEntry, ListRow[]>()
  #leading: ListRow[] = []
  #received = 0
  #trimmed = 0
  #lost = 0

  constructor(max = entriesMax, atOnce = trimmedAtOnce) {
    this.#entriesMax = max
    this.#trimmedAtOnce = atOnce
  }

  add(entries: readonly StoredEntry[]): void {
    for (const entry of entries) this.#entries.push(entry)
    this.#received += entries.length
    if (this.#entries.length > this.#entriesMax) this.#trim()
  }

  addGap(gap: StoredGap): void {
    this.#insert({ kind: 'gap', key: `gap ${gap.id}`, gap })
  }

  /** Lines that the server left out, since this page took them too slowly. */
  addDropped(count: number): void {
    this.#lost += 1
    this.#insert({ kind: 'lost', key: `lost ${this.#lost}`, count, why: 'dropped' })
  }

  snapshot(): LiveSnapshot {
    const trimmed: ListRow[] =
      this.#trimmed > 0 ? [{ kind: 'lost', key: 'trimmed', count: this.#trimmed, why: 'trimmed' }] : []
    return {
      entries: [...this.#entries],
      inserts: new Map(this.#inserts),
      leading: [...trimmed, ...this.#leading],
      received: this.#received,
    }
  }

  #insert(row: ListRow): void {
    const last = this.#entries.at(-1)
    if (last) this.#inserts.set(last, [...(this.#inserts.get(last) ?? []), row])
    else this.#leading = [...this.#leading, row]
  }

  #trim(): void {
    const count = Math.max(this.#entries.length - this.#entriesMax, this.#trimmedAtOnce)
    for (const entry of this.#entries.slice(0, count)) this.#inserts.delete(entry)
    this.#entries = this.#entries.slice(count)
    this.#leading = []
    this.#trimmed += count
  }
}
