import type { Writable } from 'node:stream'
import { CliError, exitCodes } from '../cli-error.ts'
import { askLine } from './ask-line.ts'
import type { KeyStream } from './ask-line.ts'

/** What a command reads, and where it writes. */
export interface Terminal {
  env: NodeJS.ProcessEnv
  /** Results. Resolves when there is room for more. */
  write(text: string): Promise<void>
  /** Notes and progress; never mixed into results that go elsewhere. */
  note(text: string): void
  outIsTerminal: boolean
  notesAreTerminal: boolean
  inIsTerminal: boolean
  /** A line that is typed, unseen when it is a secret. */
  ask(question: string, options?: { hidden: boolean }): Promise<string>
  /** All of standard input. */
  readInput(): Promise<string>
}

export interface TerminalStreams {
  stdin: KeyStream
  stdout: Writable & { isTTY?: boolean }
  stderr: Writable & { isTTY?: boolean }
  env: NodeJS.ProcessEnv
}

/** The process' own streams; a reader that goes away (`| head`) ends it quietly. */
export function openTerminal({ stdin, stdout, stderr, env }: TerminalStreams, end: () => void): Terminal {
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      end()
    })
  }
  return {
    env,
    async write(text) {
      if (!stdout.write(text)) await new Promise((resolve) => stdout.once('drain', resolve))
    },
    note: (text) => void stderr.write(text),
    outIsTerminal: stdout.isTTY === true,
    notesAreTerminal: stderr.isTTY === true,
    inIsTerminal: stdin.isTTY === true,
    async ask(question, { hidden } = { hidden: false }) {
      if (!stdin.isTTY) throw new CliError('there is no terminal to ask on', exitCodes.usage)
      return askLine(question, { keys: stdin, screen: stderr, hidden })
    },
    async readInput() {
      let text = ''
      for await (const chunk of stdin) text += String(chunk)
      return text
    },
  }
}
