import { open, readFile, rename, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { createFinishedSources } from './finished-sources.ts'
import { Change } from './ledger.ts'
import { parsePosition } from './position-lines.ts'
import type { PositionLine } from './position-lines.ts'
import { syncDirectory } from './write-durably.ts'

/** A position, and the batch in which it stood: an older one never replaces a newer one. */
export interface PlacedLine extends PositionLine {
  /** Between two whole numbers for what was saved after the one and before the other. */
  seq: number
}

/** What is left to know of the batches that are gone from the spool: changes, one after another, and the latest positions. */
export interface Journal {
  /** Durable when the promise resolves. One at a time. */
  append(change: Change, lines: readonly PlacedLine[], known: KnownElsewhere): Promise<void>
  /** Writes it anew from what is known; `lines` stand for the positions that cannot be read back. */
  rewrite(whole: Change, lines: readonly PlacedLine[]): Promise<void>
  /** For measuring. */
  readonly bytesWritten: number
}

export interface KnownElsewhere {
  /** What all changes together come to. */
  whole(): Change
  /** Positions, where the file that held them is gone. */
  sealed(): PlacedLine[]
}

export interface OpenedJournal {
  journal: Journal
  changes: Change[]
  lines: PlacedLine[]
  /** Something in its middle cannot be trusted: what follows is left out. */
  isDamaged: boolean
}

const magic = Buffer.from('LBJOURN1')
const frameHeadBytes = 8
/** Compaction waits until so much is written, and as much again as is live. */
const compactBytesMin = 4_194_304
/** Lines of a compaction that go together. */
const pieceBytes = 1_048_576
/** What is longer is no position of a source that is over. */
const finishedBytesMax = 16_384

interface Place {
  seq: number
  at: number
  length: number
}

interface State {
  path: string
  /** Where the next frame goes; 0 while there is no file. */
  end: number
  /** The latest position of each source in the file. They stay there: those of 500 containers may be 20 MB. */
  places: Map<string, Place>
  compactBytes: number
  compactAt: number
  bytesWritten: number
}

export async function openJournal(path: string, compactBytes = compactBytesMin): Promise<OpenedJournal> {
  const state: State = {
    path,
    end: 0,
    places: new Map(),
    compactBytes,
    compactAt: compactBytes,
    bytesWritten: 0,
  }
  const bytes = await readFile(path).catch(ignoreMissing)
  const read = bytes ? readFrames(bytes, state) : { changes: [], lines: [], isDamaged: false }
  return { journal: journalOf(state), ...read }
}

function journalOf(state: State): Journal {
  return {
    async append(change, lines, { whole, sealed }) {
      const news = lines.filter(({ key, seq }) => (state.places.get(key)?.seq ?? 0) <= seq)
      if (await isGone(state)) await rewrite(state, whole(), latest([...sealed(), ...news]))
      else await appendFrame(state, change, news)
      if (state.end >= state.compactAt) await rewrite(state, whole(), [])
    },
    rewrite: (whole, lines) => rewrite(state, whole, lines),
    get bytesWritten() {
      return state.bytesWritten
    },
  }
}

function latest(lines: readonly PlacedLine[]): PlacedLine[] {
  return [...new Map(lines.map((line) => [line.key, line])).values()]
}

async function isGone({ path, end }: State): Promise<boolean> {
  const size = await stat(path).then(
    (it) => it.size,
    (err: unknown) => ignoreMissing(err) ?? 0,
  )
  return size < end
}

interface Read {
  changes: Change[]
  lines: PlacedLine[]
  isDamaged: boolean
}

function readFrames(bytes: Buffer, state: State): Read {
  const changes: Change[] = []
  const lines = new Map<string, PlacedLine>()
  let at = bytes.subarray(0, magic.length).equals(magic) ? magic.length : 0
  while (at > 0) {
    const payload = frameAt(bytes, at)
    const change = payload && changeOf(payload)
    if (!change) break
    changes.push(change)
    for (const { line, place } of linesOf(payload, at + frameHeadBytes)) {
      if ((state.places.get(line.key)?.seq ?? 0) > line.seq) continue
      state.places.set(line.key, place)
      lines.set(line.key, line)
    }
    at += frameHeadBytes + payload.length
    state.end = at
  }
  // The last write may have been cut off by a crash: then it never counted. What follows a whole one later was not.
  return {
    changes,
    lines: [...lines.values()],
    isDamaged: at === 0 ? bytes.length > 0 : hasFrameAfter(bytes, at),
  }
}

function frameAt(bytes: Buffer, at: number): Buffer | null {
  if (at + frameHeadBytes >= bytes.length) return null
  const payload = bytes.subarray(at + frameHeadBytes, at + frameHeadBytes + bytes.readUInt32LE(at))
  const isWhole = payload.length > 0 && payload.length === bytes.readUInt32LE(at)
  return isWhole && crc32(payload) === bytes.readUInt32LE(at + 4) ? payload : null
}

const openBrace = 0x7b

function hasFrameAfter(bytes: Buffer, from: number): boolean {
  for (let at = bytes.indexOf(openBrace, from); at >= 0; at = bytes.indexOf(openBrace, at + 1)) {
    if (at - frameHeadBytes > from && frameAt(bytes, at - frameHeadBytes)) return true
  }
  return false
}

function changeOf(payload: Buffer): Change | null {
  const end = payload.indexOf(0x0a)
  try {
    return Change.parse(JSON.parse(payload.subarray(0, end).toString()))
  } catch {
    return null
  }
}

/** After the change, a line for each position: seq, key and value, with tabs between. */
function* linesOf(payload: Buffer, offset: number): Generator<{ line: PlacedLine; place: Place }> {
  let from = payload.indexOf(0x0a) + 1
  for (let end = payload.indexOf(0x0a, from); end >= 0; end = payload.indexOf(0x0a, from)) {
    const text = payload.subarray(from, end).toString()
    yield {
      line: parseLine(text),
      place: { seq: Number.parseFloat(text), at: offset + from, length: end - from },
    }
    from = end + 1
  }
}

function parseLine(text: string): PlacedLine {
  const [seq = '', key = '""'] = text.split('\t', 2)
  return { seq: Number(seq), key: String(JSON.parse(key)), json: text.slice(seq.length + key.length + 2) }
}

async function appendFrame(state: State, change: Change, lines: readonly PlacedLine[]): Promise<void> {
  const { bytes, places } = frameOf(change, lines, state.end)
  const handle = await open(state.path, 'r+')
  try {
    await writeAt(handle, bytes, state.end)
    await handle.datasync()
  } finally {
    await handle.close()
  }
  state.end += bytes.length
  state.bytesWritten += bytes.length
  for (const [key, place] of places) state.places.set(key, place)
}

/** `at`: where in the file it will be. */
function frameOf(
  change: Change,
  lines: readonly PlacedLine[],
  at: number,
): { bytes: Buffer; places: [string, Place][] } {
  let text = `${JSON.stringify(change)}\n`
  const places: [string, Place][] = []
  let end = frameHeadBytes + Buffer.byteLength(text)
  for (const { seq, key, json } of lines) {
    const line = `${seq}\t${JSON.stringify(key)}\t${json}\n`
    const length = Buffer.byteLength(line)
    places.push([key, { seq, at: at + end, length: length - 1 }])
    text += line
    end += length
  }
  const bytes = Buffer.allocUnsafe(end)
  bytes.write(text, frameHeadBytes)
  const payload = bytes.subarray(frameHeadBytes)
  bytes.writeUInt32LE(payload.length)
  bytes.writeUInt32LE(crc32(payload), 4)
  return { bytes, places }
}

async function writeAt(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

/** Into a new file that takes the place of the old one: the whole, then the live positions, those given before those read. */
async function rewrite(state: State, whole: Change, given: readonly PlacedLine[]): Promise<void> {
  const next = `${state.path}.next`
  const handle = await open(next, 'w', 0o600)
  const places = new Map<string, Place>()
  let end = magic.length
  const write = async (change: Change, lines: readonly PlacedLine[]) => {
    const frame = frameOf(change, lines, end)
    await writeAt(handle, frame.bytes, end)
    end += frame.bytes.length
    for (const [key, place] of frame.places) places.set(key, place)
  }
  try {
    await writeAt(handle, magic, 0)
    await write(whole, given)
    for await (const lines of livePieces(state, new Set(given.map(({ key }) => key)))) await write({}, lines)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(next, state.path)
  await syncDirectory(dirname(state.path))
  Object.assign(state, { places, end, compactAt: Math.max(state.compactBytes, 2 * end) })
  state.bytesWritten += end
}

/** Live positions of the present file, in pieces, without those that are forgotten. */
async function* livePieces(state: State, besides: ReadonlySet<string>): AsyncGenerator<PlacedLine[]> {
  const handle = await open(state.path, 'r').catch(ignoreMissing)
  if (!handle) return
  try {
    const forgotten = await finishedLongAgo(handle, state.places)
    let piece: PlacedLine[] = []
    let bytes = 0
    for (const [key, place] of state.places) {
      if (besides.has(key) || forgotten.has(key)) continue
      const text = await readPlace(handle, place)
      if (text === null) continue
      piece.push(parseLine(text))
      bytes += place.length
      if (bytes < pieceBytes) continue
      yield piece
      piece = []
      bytes = 0
    }
    if (piece.length > 0) yield piece
  } finally {
    await handle.close()
  }
}

/** Of all sources in the journal, those that need not be known any more. */
async function finishedLongAgo(handle: FileHandle, places: ReadonlyMap<string, Place>): Promise<Set<string>> {
  const finished = createFinishedSources()
  for (const [key, place] of places) {
    if (place.length > finishedBytesMax) continue
    const text = await readPlace(handle, place)
    finished.note(key, text === null ? null : parsePosition(parseLine(text).json))
  }
  return finished.forgotten()
}

async function readPlace(handle: FileHandle, { at, length }: Place): Promise<string | null> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at)
  return bytesRead === length ? buffer.toString() : null
}

function ignoreMissing(err: unknown): null {
  if (err instanceof Error && 'code' in err && err.code === 'ENOENT') return null
  throw err
}
