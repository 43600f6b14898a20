/** Something that waits for a turn, on behalf of a subject. */
export interface Waiter {
  subject: string
}

/** Who is at work and who waits, by subject. */
export interface FairQueue<W extends Waiter> {
  readonly running: number
  readonly waiting: number
  begin(subject: string): void
  end(subject: string): void
  add(waiter: W): void
  remove(waiter: W): void
  /** Whose turn it is; undefined when nobody waits. */
  next(): W | undefined
  /** Who came last of the subject with most waiting; undefined unless it has two more than this one. */
  surplusFor(subject: string): W | undefined
}

interface Line<W> {
  running: number
  waiting: W[]
  /** Of the last one that began, counted over all subjects. */
  lastTurn: number
}

/**
 * The next is of the subject that has least at work, and of these the one whose last turn is longest ago; within a subject
 * the first that came. So one with fifty searches waits for its own, and another's search for one of them.
 */
export function createFairQueue<W extends Waiter>(): FairQueue<W> {
  const lines = new Map<string, Line<W>>()
  let turns = 0
  const sumOf = (count: (line: Line<W>) => number) =>
    [...lines.values()].reduce((sum, line) => sum + count(line), 0)

  function change(subject: string, act: (line: Line<W>) => void): void {
    const line = lines.get(subject) ?? { running: 0, waiting: [], lastTurn: 0 }
    act(line)
    if (line.running === 0 && line.waiting.length === 0) lines.delete(subject)
    else lines.set(subject, line)
  }

  return {
    get running() {
      return sumOf((line) => line.running)
    },
    get waiting() {
      return sumOf((line) => line.waiting.length)
    },
    begin: (subject) =>
      change(subject, (line) => {
        line.running += 1
        line.lastTurn = ++turns
      }),
    end: (subject) =>
      change(subject, (line) => {
        line.running -= 1
      }),
    add: (waiter) => change(waiter.subject, (line) => line.waiting.push(waiter)),
    remove: (waiter) =>
      change(waiter.subject, (line) => {
        line.waiting = line.waiting.filter((one) => one !== waiter)
      }),
    next() {
      const [first] = [...lines.values()]
        .filter((line) => line.waiting.length > 0)
        .toSorted((a, b) => a.running - b.running || a.lastTurn - b.lastTurn)
      return first?.waiting[0]
    },
    surplusFor(subject) {
      const own = lines.get(subject)?.waiting.length ?? 0
      const [longest] = [...lines.values()].toSorted((a, b) => b.waiting.length - a.waiting.length)
      return longest && longest.waiting.length > own + 1 ? longest.waiting.at(-1) : undefined
    },
  }
}
