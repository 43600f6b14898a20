import type { Lifecycle } from '@logboom/service'
import type { Collector } from '../spool/collect-batches.ts'
import type { Spool } from '../spool/spool.ts'
import { openPipe, readStdin } from './read-stdin.ts'
import type { StdinDeps } from './read-stdin.ts'
import type { RunningSource } from './running-source.ts'

export interface StdinSourceDeps {
  collector: Collector
  spool: Pick<Spool, 'waiting' | 'settled'>
  /** Whether nothing else is read, so that the agent is done when standard input is. */
  isAlone: () => boolean
  stdin?: AsyncIterable<Uint8Array> | undefined
}

/** Reads standard input. `some-program | agent` is done when its input is, and all of it is with the broker. */
export function openStdinSource(
  life: Lifecycle,
  reading: StdinDeps,
  { collector, spool, isAlone, stdin = process.stdin }: StdinSourceDeps,
): RunningSource {
  const pipe = openPipe(reading)
  let state = 'reading'
  life.spawn('stdin', async (signal) => {
    await readStdin(stdin, pipe, reading, signal)
    state = 'ended'
    if (!isAlone() || signal.aborted) return
    await collector.flush()
    while (spool.waiting.length > 0 && !signal.aborted) await spool.settled.next(signal)
    void life.stop('standard input ended')
  })
  const { source, line } = pipe
  return {
    isSynced: () => true,
    streams: () => [
      { kind: 'stdin', source, state, lines: line.seq, lastLineUs: line.clock.last?.us ?? null },
    ],
  }
}
