import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createContentIds } from './content-ids.ts'
import { createSeenLines } from './seen-lines.ts'
import type { SeenLines } from './seen-lines.ts'

interface Line {
  us: number
  ns: number
  text: string
}

const options = { idOf: createContentIds('cluster', 'pod', 'app'), printKey: 'key-of-this-machine' }
/** Stands for redaction: what follows `pw=` is not in the text that ids are made of. */
const masked = (text: string) => text.replace(/pw=\w+/, 'pw=*')

/** Reads lines from a place on, which those that were taken before are among; returns the ids of those that are new. */
function read(seen: SeenLines, lines: readonly Line[]): string[] {
  seen.beginReading()
  return lines.flatMap(({ us, ns, text }) => {
    const time = { us, ns }
    const bytes = Buffer.from(text)
    if (seen.isKnown(time, bytes)) return []
    if (!seen.isUnproven) return [`${us}.${ns} ${seen.take(time, bytes.length, masked(text))}`]
    seen.skip(time)
    return []
  })
}

/** Times stand still, go on, or come a little out of order, as where two outputs are stamped apart. */
const line = fc.record({
  step: fc.constantFrom(0, 0, 300_000, 900_000, -20_000),
  ns: fc.integer({ min: 0, max: 1 }),
  text: fc.constantFrom('a', 'b', 'pw=1', 'pw=2', ''),
})
const log = fc.array(line, { maxLength: 60 }).map((steps) => {
  let us = 1e15
  return steps.map(({ step, ns, text }) => ({ us: (us += step), ns, text }))
})

/** What a reader is served that begins at a time: whole seconds, as the kubelet does, and two before. */
function isServed({ us }: Line, resumeUs: number): boolean {
  return us >= Math.floor(resumeUs / 1e6) * 1e6 - 2e6
}

test('a reader that was interrupted anywhere, restarted or not, takes every line it is served once, with the id that one reading gives it', () => {
  const stop = fc.record({ at: fc.nat(60), restarts: fc.boolean() })
  const holds = fc.property(log, fc.array(stop, { maxLength: 5 }), (lines, stops) => {
    const ids = read(createSeenLines(options), lines)
    let seen = createSeenLines(options)
    const taken: string[] = []
    let restarted = false
    const served = new Set<number>()
    const end = { at: lines.length, restarts: false }
    for (const { at, restarts } of [...stops.toSorted((a, b) => a.at - b.at), end]) {
      const resumeUs = seen.resumeAt?.us ?? 0
      const shown = [...lines.keys()].slice(0, at).filter((n) => isServed(lines[n] as Line, resumeUs))
      for (const n of shown) served.add(n)
      taken.push(
        ...read(
          seen,
          shown.map((n) => lines[n] as Line),
        ),
      )
      if (restarts) seen = createSeenLines({ ...options, saved: seen.save(), latest: seen.resumeAt })
      restarted ||= restarts
    }
    // A restart forgets all but the latest: it may take a line again, under the same id.
    const once = restarted ? [...new Set(taken)] : taken
    expect(once.toSorted()).toEqual([...served].map((n) => ids[n] as string).toSorted())
  })
  fc.assert(holds, { numRuns: 1_000 })
})

test('equal lines of one time are told apart, also those that differ in a masked secret only', () => {
  const at = { us: 1e15, ns: 7 }
  const ids = read(createSeenLines(options), [
    { ...at, text: 'pw=1' },
    { ...at, text: 'pw=2' },
    { ...at, text: 'pw=1' },
  ])
  expect(new Set(ids).size).toBe(3)
})

test('five hundred lines of one nanosecond are known again, and numbered on, after a restart among them', () => {
  const lines = Array.from({ length: 500 }, (_, n) => ({
    us: 1e15,
    ns: 0,
    text: n % 10 === 0 ? 'same' : `line ${n}`,
  }))
  const ids = read(createSeenLines(options), lines)
  expect(new Set(ids).size).toBe(500)
  const seen = createSeenLines(options)
  const taken = read(seen, lines.slice(0, 250))
  const again = createSeenLines({ ...options, saved: seen.save(), latest: seen.latest })
  expect([...taken, ...read(again, lines)]).toEqual(ids)
  expect(again.hasMetKnown).toBe(true)
})

test('what a reading has passed over without a proof is none for the next', () => {
  const seen = createSeenLines(options)
  read(seen, [{ us: 1e15, ns: 0, text: 'before' }])
  for (const _ of [1, 2]) {
    read(seen, [{ us: 1e15 + 1, ns: 0, text: 'after the rotation' }])
    expect(seen).toMatchObject({ hasMetKnown: false, isUnproven: true })
  }
})

test('a clock that was set back by hours makes the window no larger, and its lines are met again', () => {
  const seen = createSeenLines(options)
  const second = (n: number) => ({ us: 1e15 + n * 1e6, ns: 0, text: `${n}` })
  read(seen, [second(7_200), ...Array.from({ length: 5_000 }, (_, n) => second(n))])
  expect(seen.resumeAt?.us).toBe(second(4_999).us)
  expect(read(seen, [second(4_998), second(4_999), second(5_000)])).toHaveLength(1)
  expect(seen.hasMetKnown).toBe(true)
})

test('a new log has nothing to be met', () => {
  const seen = createSeenLines(options)
  read(seen, [{ us: 1e15, ns: 0, text: 'a' }])
  seen.beginReading({ isNewLog: true })
  expect(seen).toMatchObject({ isUnproven: false })
  expect(seen.save()).toEqual([])
})

test('a reading that meets no line of an earlier one says so', () => {
  const seen = createSeenLines(options)
  read(seen, [{ us: 1e15, ns: 0, text: 'before' }])
  expect(read(seen, [{ us: 1e15 + 1e6, ns: 0, text: 'after the rotation' }])).toEqual([])
  expect(seen).toMatchObject({ hasMetKnown: false, isUnproven: true })
})

test('a reader without state gives a line the id that it had, whatever it was masked of', () => {
  const lines = [
    { us: 1e15, ns: 0, text: 'a' },
    { us: 1e15, ns: 0, text: 'a' },
    { us: 1e15 + 5, ns: 1, text: 'pw=1' },
  ]
  expect(read(createSeenLines({ ...options, printKey: 'another machine' }), lines)).toEqual(
    read(createSeenLines(options), lines),
  )
})
