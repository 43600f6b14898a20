/** Entries as they will stand in a body: JSON with commas between, as bytes. */
export interface EntryList {
  readonly count: number
  /** Of these, the urgent ones. */
  readonly urgentCount: number
  readonly bytes: number
  add(json: string, isUrgent: boolean): void
  /** Valid until the next `add` or `clear`. */
  content(): Buffer
  /** The same between two other texts. */
  enclose(head: string, tail: string): Buffer
  /** The urgent or the other ones alone, in their order. */
  pick(isUrgent: boolean): Buffer
  clear(): void
}

const bytesMin = 65_536
const bytesPerCharMax = 3
/** Before the first entry: what a body begins with is written there, so that no body is copied as a whole. */
const headBytes = 4_096
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
    end: headBytes,
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
      return state.end - headBytes
    },
    add: (json, isUrgent) => add(state, json, isUrgent),
    content: () => contentOf(state),
    enclose: (head, tail) => enclose(state, head, tail),
    pick: (isUrgent) => pick(state, isUrgent),
    clear: () => Object.assign(state, { count: 0, urgentCount: 0, end: headBytes, runs: [] }),
  }
}

function add(state: State, json: string, isUrgent: boolean): void {
  makeRoom(state, 1 + json.length * bytesPerCharMax)
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

function makeRoom(state: State, bytes: number): void {
  const needed = state.end + bytes
  if (needed <= state.memory.length) return
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, state.memory.length * 2))
  state.memory.copy(larger, 0, 0, state.end)
  state.memory = larger
}

function contentOf({ memory, end }: State): Buffer {
  return memory.subarray(headBytes, end)
}

function enclose(state: State, head: string, tail: string): Buffer {
  const start = headBytes - Buffer.byteLength(head)
  if (start < 0) return Buffer.concat([Buffer.from(head), contentOf(state), Buffer.from(tail)])
  makeRoom(state, tail.length * bytesPerCharMax)
  state.memory.write(head, start)
  return state.memory.subarray(start, state.end + state.memory.write(tail, state.end))
}

function pick({ memory, runs }: State, isUrgent: boolean): Buffer {
  const picked = runs.filter((run) => run.isUrgent === isUrgent)
  const pieces = picked.map(({ start, end }) => memory.subarray(start, end))
  return Buffer.concat(pieces.flatMap((piece, index) => (index > 0 ? [Buffer.of(comma), piece] : [piece])))
}
