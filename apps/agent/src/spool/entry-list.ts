/** Entries as they will stand in a body: JSON with commas between, as bytes. */
export interface EntryList {
  readonly count: number
  /** Of these, the urgent ones. */
  readonly urgentCount: number
  readonly bytes: number
  add(json: string, isUrgent: boolean): void
  /** Valid until the next `add` or `clear`. */
  content(): Buffer
  /** The urgent or the other ones alone, in their order. */
  pick(isUrgent: boolean): Buffer
  clear(): void
}

const bytesMin = 65_536
const bytesPerCharMax = 3
const comma = 0x2c

/** Entries in a row that are all urgent, or all not. */
interface Run {
  isUrgent: boolean
  start: number
  end: number
}

interface State {
  memory: Buffer
  count: number
  urgentCount: number
  end: number
  runs: Run[]
}

/**
 * Bytes, not strings: a thousand lines that wait as strings outlive the young generation of the heap, and a collector
 * that must look at all of it comes ten times as often. The memory is kept for the next batch.
 */
export function createEntryList(): EntryList {
  const state: State = {
    memory: Buffer.allocUnsafeSlow(bytesMin),
    count: 0,
    urgentCount: 0,
    end: 0,
    runs: [],
  }
  return {
    get count() {
      return state.count
    },
    get urgentCount() {
      return state.urgentCount
    },
    get bytes() {
      return state.end
    },
    add: (json, isUrgent) => add(state, json, isUrgent),
    content: () => state.memory.subarray(0, state.end),
    pick: (isUrgent) => pick(state, isUrgent),
    clear: () => Object.assign(state, { count: 0, urgentCount: 0, end: 0, runs: [] }),
  }
}

function add(state: State, json: string, isUrgent: boolean): void {
  const needed = state.end + 1 + json.length * bytesPerCharMax
  if (needed > state.memory.length) {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, state.memory.length * 2))
    state.memory.copy(larger, 0, 0, state.end)
    state.memory = larger
  }
  if (state.count > 0) {
    state.memory[state.end] = comma
    state.end += 1
  }
  const start = state.end
  state.end += state.memory.write(json, start)
  state.count += 1
  if (isUrgent) state.urgentCount += 1
  const last = state.runs.at(-1)
  if (last?.isUrgent === isUrgent) last.end = state.end
  else state.runs.push({ isUrgent, start, end: state.end })
}

function pick({ memory, runs }: State, isUrgent: boolean): Buffer {
  const picked = runs.filter((run) => run.isUrgent === isUrgent)
  const pieces = picked.map(({ start, end }) => memory.subarray(start, end))
  return Buffer.concat(pieces.flatMap((piece, index) => (index > 0 ? [Buffer.of(comma), piece] : [piece])))
}
