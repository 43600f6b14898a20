import { closeSync, openSync, renameSync, writeSync } from 'node:fs'
import { exitCodes, usageError } from '../cli-error.ts'
import { exportLogs } from '../logs/export-logs.ts'
import { trackExport } from '../logs/export-progress.ts'
import { buildLogRequest } from '../logs/filter-options.ts'
import { chooseShow } from '../logs/show-options.ts'
import type { Session } from '../session.ts'
import type { LogsOptions } from './logs-options.ts'

/** Written at once: a line at a time costs a system call each. */
const blockChars = 65_536

/** All lines that match, to the output or into a file. */
export async function runExport(session: Session, options: LogsOptions, words: string[]): Promise<void> {
  const { terminal } = session
  const broker = session.broker()
  const request = await buildLogRequest(broker, options, words)
  const { format, note } = await chooseShow(session, broker, options, words)
  const goesElsewhere = options.out !== undefined || !terminal.outIsTerminal
  const progress = trackExport(terminal.note, goesElsewhere && terminal.notesAreTerminal && !options.quiet)
  const target =
    options.out === undefined ? { write: terminal.write, finish: () => undefined } : openFile(options.out)
  const tell = (text: string) => {
    progress.clear()
    note(`-- ${text}\n`)
  }
  let block = format.header
  let lines = 0
  for await (const entry of exportLogs(broker, request, {
    order: options.order ?? 'asc',
    lost: (reason) => tell(`${reason}; connecting again`),
    back: () => tell('connected again; it goes on where it was'),
  })) {
    const line = format.line(entry)
    lines += 1
    progress.add(Buffer.byteLength(line))
    block += line
    if (block.length < blockChars) continue
    await target.write(block)
    block = ''
  }
  await target.write(block)
  target.finish()
  if (goesElsewhere && !options.quiet) progress.finish(options.out === undefined ? '' : ` in ${options.out}`)
  if (options.exitCode && lines === 0) session.exitCode = exitCodes.nothing
}

interface Target {
  write(text: string): Promise<void>
  finish(): void
}

/** The file has its name when it is whole; until then, and when it never becomes whole, it is `<name>.part`. */
function openFile(path: string): Target {
  const part = `${path}.part`
  const file = attempt(() => openSync(part, 'w'))
  return {
    async write(text) {
      attempt(() => writeAll(file, Buffer.from(text)))
    },
    finish: () =>
      attempt(() => {
        closeSync(file)
        renameSync(part, path)
      }),
  }

  function attempt<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw usageError(`${path} cannot be written: ${String((error as Error).message)}`) // of fs
    }
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; at += writeSync(file, bytes, at));
}
