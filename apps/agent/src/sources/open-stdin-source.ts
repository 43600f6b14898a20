import type { Lifecycle } from '@logboom/service'
import type { Collector } from '../spool/collect-batches.ts'
import type { Spool } from '../spool/spool.ts'
import { openPipe, readStdin } from './read-stdin.ts'
import type { StdinDeps } from './read-stdin.ts'
import type { RunningSource } from './running-source.ts'

export interface StdinSourceDeps {
  collector: Collector
  spool: Pick<Spool, 'waiting' | 'unsent' | 'settled'>
  /** Whether nothing else is read, so that the agent is done when standard input is. */
  isAlone: () => boolean
  stdin?: AsyncIterable<Uint8Array> | undefined
}

/** How long a commit is waited for that the broker may never tell of. */
const commitMsMax = 10_000

/** Reads standard input. `some-program | agent` is done when its input is, and all of it is with the broker. */
export function openStdinSource(
  life: Lifecycle,
  reading: StdinDeps,
  { collector, spool, isAlone, stdin = process.stdin }: StdinSourceDeps,
): RunningSource {
  const pipe = openPipe(reading)
  collector.register?.(pipe.source)
  let state = 'reading'
  life.spawn('stdin', async (signal) => {
    await readStdin(stdin, pipe, reading, signal)
    state = 'ended'
    if (!isAlone() || signal.aborted) return
    await collector.flush()
    await untilSent(spool, signal)
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

/** All that was read is with the broker, and if it says so, committed. */
async function untilSent(spool: StdinSourceDeps['spool'], signal: AbortSignal): Promise<void> {
  while (spool.unsent > 0 && !signal.aborted) await spool.settled.next(signal)
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(commitMsMax)])
  while (spool.waiting.length > 0 && !deadline.aborted) await spool.settled.next(deadline)
}
