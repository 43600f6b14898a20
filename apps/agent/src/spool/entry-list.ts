/** Entries as they will stand in a body: JSON with commas between, as bytes. */
export interface EntryList {
  readonly count: number
  readonly bytes: number
  add(json: string): void
  /** Valid until the next `add` or `clear`. */
  content(): Buffer
  clear(): void
}

const bytesMin = 65_536
const bytesPerCharMax = 3

/**
 * Bytes, not strings: a thousand lines that wait as strings outlive the young generation of the heap, and a collector
 * that must look at all of it comes ten times as often. The memory is kept for the next batch.
 */
export function createEntryList(): EntryList {
  let memory = Buffer.allocUnsafeSlow(bytesMin)
  let count = 0
  let end = 0
  return {
    get count() {
      return count
    },
    get bytes() {
      return end
    },
    add(json) {
      const needed = end + 1 + json.length * bytesPerCharMax
      if (needed > memory.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(needed, memory.length * 2))
        memory.copy(larger, 0, 0, end)
        memory = larger
      }
      if (count > 0) end += memory.write(',', end, 'latin1')
      end += memory.write(json, end)
      count += 1
    },
    content: () => memory.subarray(0, end),
    clear() {
      count = 0
      end = 0
    },
  }
}
