import { compareTimes, formatTimestamp } from '@logboom/contracts'
import type { LogTime } from '@logboom/contracts'
import { currentFile } from './fake-log-files-fixture.ts'
import type { CriFile, CriLine, FakeLife } from './fake-log-files-fixture.ts'

export interface ReadOptions {
  follow: boolean
  timestamps: boolean
  /** Null = from the beginning. */
  since: LogTime | null
  /** Null = all. */
  tailLines: number | null
  limitBytes: number
}

/**
 * What the kubelet sends for a log, piece by piece, with all that it does oddly: it looks at the newest file only, and at
 * each of its lines from the first; knows one state of "at the beginning of a line" for both outputs, which a line that is
 * too old changes as well; and goes over to a new file without another look at the old one.
 */
export async function* readFakeLog(
  life: FakeLife,
  options: ReadOptions,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let file = currentFile(life)
  let at = options.tailLines === null ? 0 : Math.max(0, file.lines.length - options.tailLines)
  const state = { isNewLine: true, left: options.limitBytes }
  while (!signal.aborted) {
    const end = file.lines.length
    yield* pieces(file, at, end, options, state)
    at = end
    if (state.left <= 0 || !options.follow) return
    if (file.lines.length > at) continue
    if (currentFile(life) !== file) {
      file = currentFile(life)
      at = 0
      continue
    }
    if (!life.isRunning) return
    await life.changed(1_000)
  }
}

const pieceBytes = 32_768

function* pieces(
  { lines }: CriFile,
  from: number,
  to: number,
  options: ReadOptions,
  state: { isNewLine: boolean; left: number },
): Generator<Buffer> {
  let piece: Buffer[] = []
  let bytes = 0
  for (let at = from; at < to && state.left > 0; at += 1) {
    const written = served(lines[at] as CriLine, options, state)
    if (!written) continue
    const kept = written.subarray(0, state.left)
    state.left -= kept.length
    piece.push(kept)
    bytes += kept.length
    if (bytes < pieceBytes) continue
    yield Buffer.concat(piece)
    piece = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(piece)
}

const newline = Buffer.from('\n')

function served(line: CriLine, options: ReadOptions, state: { isNewLine: boolean }): Buffer | null {
  const { time, isPart, text } = line
  const isAtStart = state.isNewLine
  const isOld = options.since !== null && compareTimes(time, options.since) < 0
  state.isNewLine = !isPart || text.length === 0
  if (isOld) return null
  const prefix = options.timestamps && isAtStart ? [Buffer.from(`${formatTimestamp(time)} `)] : []
  return Buffer.concat([...prefix, text, ...(isPart ? [] : [newline])])
}
