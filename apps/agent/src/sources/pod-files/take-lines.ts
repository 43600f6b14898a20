import { compareTimes } from '@logboom/contracts'
import type { LogTime } from '@logboom/contracts'
import { gapOf } from '../gap-of.ts'
import type { ByteLine } from '../split-lines.ts'
import type { ContainerFiles, PodFileDeps } from './container-files.ts'
import type { WholeLine } from './join-parts.ts'
import { placeBytesMax } from './open-log.ts'
import type { LogBytes } from './open-log.ts'
import { parsePart } from './parse-part.ts'
import { forgetMarks, markLine } from './pod-file-source.ts'
import type { ReadPlace } from './pod-file-source.ts'

/** Takes the lines that these bytes complete. */
export async function takeBytes(
  files: ContainerFiles,
  { bytes, knownBytes }: LogBytes,
  deps: PodFileDeps,
  signal: AbortSignal,
): Promise<void> {
  const { reader } = files
  if (!reader) return
  files.around = bytes
  files.aroundFrom = reader.offset - bytes.length
  files.changedAtMs = performance.now()
  const before = files.source.seq
  for (const line of files.splitter.write(bytes.subarray(knownBytes))) {
    const wait = takeFileLine(files, line, deps)
    if (wait) await wait
    if (signal.aborted) break
  }
  const lines = files.source.seq - before
  if (lines > 0) deps.metrics.read(lines, bytes.length - knownBytes)
  keepPending(files)
  // The memory is that of the next bytes.
  files.around = Buffer.from(bytes.subarray(-placeBytesMax))
  files.aroundFrom = reader.offset - files.around.length
}

/** Takes what stands at the end of a file without a newline: its writer is gone. */
export async function takeRest(files: ContainerFiles, deps: PodFileDeps): Promise<void> {
  const rest = files.splitter.takePartial({ whole: true })
  if (rest && parsePart(rest.bytes)) await takeFileLine(files, rest, deps)
  else if (rest) deps.fileMetrics.unknownLine()
}

/** Sends lines whose end has not come as far as they go. */
export async function takeOpenLines(files: ContainerFiles, deps: PodFileDeps): Promise<void> {
  for (const line of files.joiner.flush()) {
    deps.fileMetrics.cutLine()
    await takeWholeLine(files, line, placeAt(files, files.splitter.startOffset), deps)
  }
  forgetMarks(files.source.resume, placeAt(files, files.splitter.startOffset))
  deps.sink.touch(files.source)
}

function takeFileLine(files: ContainerFiles, line: ByteLine, deps: PodFileDeps): Promise<void> | undefined {
  const part = parsePart(line.bytes)
  files.order += 1
  if (!part) return takeUnknown(files, line, deps)
  const { joiner, source } = files
  const { open } = source.resume
  const wasOpen = joiner.isOpen(part.output)
  const whole = joiner.take(part, line.lostBytes)
  if (!whole) {
    if (!wasOpen) open.set(part.output, placeAt(files, line.start))
    deps.fileMetrics.joinedParts(1)
    return undefined
  }
  const place = open.get(part.output)
  open.delete(part.output)
  return takeWholeLine(files, whole, place ?? (() => placeAt(files, line.start)), deps)
}

/** A line without a time has that of the line before it. */
function takeUnknown(files: ContainerFiles, line: ByteLine, deps: PodFileDeps): Promise<void> | undefined {
  deps.fileMetrics.unknownLine()
  if (!files.time) return undefined
  const bytes = line.bytes.subarray(0, deps.lineBytesMax)
  const lostBytes = line.lostBytes + line.bytes.length - bytes.length
  const whole = { time: files.time, output: null, bytes, lostBytes }
  return takeWholeLine(files, whole, () => placeAt(files, line.start), deps)
}

const carriageReturn = 0x0d

function takeWholeLine(
  files: ContainerFiles,
  line: Omit<WholeLine, 'output'> & { output: WholeLine['output'] | null },
  place: ReadPlace | (() => ReadPlace),
  deps: PodFileDeps,
): Promise<void> | undefined {
  const { source } = files
  const { time, output, bytes, lostBytes } = line
  files.time = time
  if (isSkipped(files, time)) return undefined
  markLine(source.resume, time, place)
  if (source.seen.isKnown(time, bytes)) {
    source.release()
    return undefined
  }
  tellRotation(files, time, deps)
  source.seq += 1
  source.isDone = false
  const isReturned = lostBytes === 0 && bytes.at(-1) === carriageReturn
  return deps.sink.push({
    source,
    text: bytes.toString('utf8', 0, bytes.length - (isReturned ? 1 : 0)),
    time,
    seq: source.seq,
    entryId: null,
    output,
    rawBytes: bytes.length + lostBytes,
    lostBytes,
    continues: null,
    isTimeEstimated: output === null,
  })
}

/** While it is not known where to begin: what is too old to be wanted, or was read another way. */
function isSkipped(files: ContainerFiles, time: LogTime): boolean {
  const { skipBeforeUs, from } = files
  if (skipBeforeUs === null) return false
  if (time.us < skipBeforeUs) return true
  if (!from || compareTimes(time, from) >= 0) files.skipBeforeUs = null
  return false
}

/** Lines of two outputs are written up to so much out of order: what is later than that was not there before. */
const disorderUs = 1e6

/** Lines well after the ones that were read before, and those themselves are nowhere: what lies between is gone. */
function tellRotation(files: ContainerFiles, time: LogTime, deps: PodFileDeps): void {
  const { source, from } = files
  if (!source.seen.isUnproven || !from) return
  files.firstNew ??= time
  if (time.us > from.us + disorderUs) tellMissing(files, deps)
}

/** What was read before was met nowhere. */
export function tellMissing(files: ContainerFiles, deps: PodFileDeps): void {
  const { source, from, firstNew } = files
  if (!source.seen.isUnproven || files.isGapTold) return
  files.isGapTold = true
  source.release()
  const toMs = firstNew ? Math.floor(firstNew.us / 1000) : deps.now()
  deps.sink.addGap(source, gapOf(source.names, 'rotated', from, toMs))
}

/** A line may go on through many more bytes than are kept around it: what stands before it is kept as long. */
function keepPending(files: ContainerFiles): void {
  const { startOffset } = files.splitter
  if (files.pending?.offset === startOffset) return
  files.pending = { offset: startOffset, before: bytesBefore(files, startOffset) }
}

function bytesBefore({ around, aroundFrom, pending }: ContainerFiles, offset: number): Buffer {
  if (pending?.offset === offset) return pending.before
  const end = offset - aroundFrom
  return Buffer.from(around.subarray(Math.max(0, end - placeBytesMax), end))
}

/** The place before the line that begins at an offset of the open file. */
function placeAt(files: ContainerFiles, offset: number): ReadPlace {
  const { reader, openedAs, order, source } = files
  return {
    order,
    name: openedAs?.name ?? '',
    inode: reader?.inode ?? '',
    offset,
    before: bytesBefore(files, offset),
    memory: structuredClone(source.memory),
  }
}
