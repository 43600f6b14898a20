/** A map of bounded size: beyond `entriesMax`, the entry that was set longest ago is forgotten. */
export interface RecentMap<T> {
  get(key: string): T | undefined
  has(key: string): boolean
  /** Also makes the entry the newest; set again what was used, and what is unused goes first. */
  set(key: string, value: T): void
  delete(key: string): void
}

export function createRecentMap<T>(entriesMax: number): RecentMap<T> {
  // A Map keeps the order of insertion, and gives its first key without a copy.
  const entries = new Map<string, T>()
  return {
    get: (key) => entries.get(key),
    has: (key) => entries.has(key),
    set(key, value) {
      entries.delete(key)
      entries.set(key, value)
      const oldest = entries.size > entriesMax ? entries.keys().next() : undefined
      if (oldest?.done === false) entries.delete(oldest.value)
    },
    delete: (key) => void entries.delete(key),
  }
}
