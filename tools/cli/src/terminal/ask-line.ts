import type { Readable, Writable } from 'node:stream'
import { CliError, exitCodes } from '../cli-error.ts'

export type KeyStream = Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown }

/** Asks on `screen` and reads a line of keys. The terminal's own echo is off; a hidden line is not echoed by us either. */
export async function askLine(
  question: string,
  { keys, screen, hidden }: { keys: KeyStream; screen: Writable; hidden: boolean },
): Promise<string> {
  screen.write(question)
  keys.setRawMode?.(true)
  let line = ''
  try {
    for await (const chunk of keys.iterator({ destroyOnReturn: false })) {
      for (const character of String(chunk)) {
        if (character === '\r' || character === '\n') return line
        if (character === '\u0003') throw new CliError('interrupted', exitCodes.interrupted)
        if (character === '\u0004') throw new CliError('nothing was entered', exitCodes.usage)
        const isErase = character === '\u007f' || character === '\b'
        if (!hidden) screen.write(isErase ? (line ? '\b \b' : '') : character)
        line = isErase ? line.slice(0, -1) : line + character
      }
    }
    return line
  } finally {
    keys.setRawMode?.(false)
    keys.pause()
    screen.write('\n')
  }
}
