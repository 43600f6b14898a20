import { Problem } from '@logboom/contracts'
import { createFairQueue } from './fair-queue.ts'
import type { FairQueue } from './fair-queue.ts'

export interface GateOptions {
  /** How many may be at work at once. */
  slots: number
  /** How many may wait. */
  waitingMax: number
  /** For how long each. */
  waitMs: number
  observe?: GateObserver
}

export type Refusal = 'queue_full' | 'waited_too_long'

export interface GateObserver {
  refused(reason: Refusal): void
  /** Nobody waits for its outcome any more, whether it had begun or not. */
  cancelled(): void
  waited(ms: number): void
}

export interface Caller {
  /** Among whom turns are shared. */
  subject: string
  /** Aborted when nobody waits for the outcome any more. */
  signal: AbortSignal
}

export interface Gate {
  /**
   * The outcome of `work`, which begins when it is its turn; `patient`: however long that takes.
   * @throws {Problem} 503 when there is no turn for it in time
   * @throws the reason of the signal
   */
  run<T>(caller: Caller, work: () => Promise<T>, options?: { patient: boolean }): Promise<T>
  readonly running: number
  readonly waiting: number
}

interface Waiting {
  subject: string
  admit(): void
  refuse(error: unknown): void
}

/** Lets so many work at once; others wait in turn, fairly among subjects, not too many of them and not for too long. */
export function createGate(options: GateOptions): Gate {
  const { slots, waitingMax, observe } = options
  const queue = createFairQueue<Waiting>()

  async function takeTurn(caller: Caller, patient: boolean): Promise<void> {
    caller.signal.throwIfAborted()
    if (queue.running < slots) return queue.begin(caller.subject)
    if (!patient && queue.waiting >= waitingMax) {
      const surplus = queue.surplusFor(caller.subject)
      if (!surplus) throw overloaded(options, 'queue_full')
      surplus.refuse(overloaded(options, 'queue_full'))
    }
    await waitForTurn(queue, caller, patient ? null : options)
  }

  function endTurn({ subject }: Caller): void {
    queue.end(subject)
    const next = queue.next()
    if (!next) return
    queue.remove(next)
    queue.begin(next.subject)
    next.admit()
  }

  return {
    async run(caller, work, { patient } = { patient: false }) {
      const askedMs = performance.now()
      try {
        await takeTurn(caller, patient)
        observe?.waited(performance.now() - askedMs)
        return await work().finally(() => endTurn(caller))
      } catch (error) {
        if (caller.signal.aborted) observe?.cancelled()
        throw error
      }
    },
    get running() {
      return queue.running
    },
    get waiting() {
      return queue.waiting
    },
  }
}

/** Settled when it was taken from the queue: with a turn, or without. `bounds` null: waits for as long as it takes. */
async function waitForTurn(
  queue: FairQueue<Waiting>,
  { subject, signal }: Caller,
  bounds: GateOptions | null,
): Promise<void> {
  const turn = Promise.withResolvers<void>()
  const leave = (error: unknown) => {
    queue.remove(waiting)
    turn.reject(error)
  }
  const waiting: Waiting = { subject, admit: turn.resolve, refuse: leave }
  const abandon = () => leave(signal.reason)
  const late = bounds && setTimeout(() => leave(overloaded(bounds, 'waited_too_long')), bounds.waitMs)
  signal.addEventListener('abort', abandon, { once: true })
  queue.add(waiting)
  try {
    await turn.promise
  } finally {
    if (late) clearTimeout(late)
    signal.removeEventListener('abort', abandon)
  }
}

function overloaded({ waitMs, observe }: GateOptions, reason: Refusal): Problem {
  observe?.refused(reason)
  const seconds = String(Math.ceil(waitMs / 1_000))
  return new Problem('overloaded', 'too many searches at once', { headers: { 'Retry-After': seconds } })
}
