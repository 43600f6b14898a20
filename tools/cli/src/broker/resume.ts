import { CliError, exitCodes } from '../cli-error.ts'
import { backOff } from './backoff.ts'

export interface ResumeOptions {
  /** Tries in a row without anything read. */
  triesMax: number
  /** The connection broke; it is tried again. */
  lost: (reason: string) => void
  back: () => void
}

/**
 * Reads a stream that is opened anew whenever it ends or breaks, until the reader has enough. `open` says when the
 * broker has answered, and goes on behind what it gave last.
 * @throws {CliError} when the first answer does not come, the broker says that it is no use, or it stays away
 */
export async function* resume<T>(
  open: (answered: () => void) => AsyncIterable<T>,
  { triesMax, lost, back }: ResumeOptions,
): AsyncGenerator<T> {
  let [hadAnswer, isOut, tries] = [false, false, 0]
  const answered = () => {
    if (isOut) back()
    ;[hadAnswer, isOut] = [true, false]
  }
  for (;;) {
    let reason = 'the broker has ended the connection'
    try {
      for await (const item of open(answered)) {
        tries = 0
        yield item
      }
    } catch (error) {
      const isOver = !(error instanceof CliError) || error.exitCode !== exitCodes.unavailable
      if (isOver || !hadAnswer || tries >= triesMax) throw error
      reason = error.message
    }
    if (!isOut) lost(reason)
    isOut = true
    await backOff(tries)
    tries += 1
  }
}
