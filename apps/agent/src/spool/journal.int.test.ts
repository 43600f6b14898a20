import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openJournal } from './journal.ts'
import type { PlacedLine } from './journal.ts'
import { applyChange, emptyLedger, wholeChange } from './ledger.ts'
import type { Change, Ledger } from './ledger.ts'
import { freshMemory } from './position.ts'
import { position } from './spool-fixture.ts'

let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logboom-journal-'))
  path = join(directory, 'journal')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

interface Step {
  change: Change
  lines: PlacedLine[]
}

const key = fc.constantFrom('a', 'b', 'c\t"d"\n', 'é€😀')
const Steps: fc.Arbitrary<Step> = fc.record({
  change: fc.oneof(
    fc.record({ freed: fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.array(key)), { maxLength: 2 }) }),
    fc.record({
      numbered: fc.array(fc.tuple(key, fc.constantFrom(null, 'i'), fc.nat(99)), { maxLength: 2 }),
    }),
    fc.record({ told: fc.array(fc.nat(5), { maxLength: 3 }) }),
    fc.record({ dropped: fc.array(key, { maxLength: 2 }), nextNumber: fc.nat(99) }),
  ),
  lines: fc.uniqueArray(
    fc.record({
      seq: fc.integer({ min: 1, max: 9 }),
      key,
      json: fc.nat(1e6).map((n) => JSON.stringify(position(n))),
    }),
    { maxLength: 3, selector: (line) => line.key },
  ),
})

/** What is to be known after some steps. */
function modelOf(steps: readonly Step[]): { ledger: Ledger; lines: Map<string, string> } {
  const ledger = emptyLedger()
  const places = new Map<string, PlacedLine>()
  for (const { change, lines } of steps) {
    applyChange(ledger, change)
    for (const line of lines) if ((places.get(line.key)?.seq ?? 0) <= line.seq) places.set(line.key, line)
  }
  return { ledger, lines: new Map([...places].map(([name, { json }]) => [name, json])) }
}

async function write(steps: readonly Step[], compactBytes?: number): Promise<number[]> {
  rmSync(path, { force: true })
  const { journal } = await openJournal(path, compactBytes)
  await journal.rewrite({}, [])
  const ledger = emptyLedger()
  const ends = [statSync(path).size]
  for (const { change, lines } of steps) {
    applyChange(ledger, change)
    await journal.append(change, lines, { whole: () => wholeChange(ledger), sealed: () => [] })
    ends.push(statSync(path).size)
  }
  return ends
}

async function read() {
  const { changes, lines, isDamaged } = await openJournal(path)
  const ledger = emptyLedger()
  for (const change of changes) applyChange(ledger, change)
  return { ledger, lines: new Map(lines.map((line) => [line.key, line.json])), isDamaged }
}

test('what was appended is read back, compacted or not; of each position the newest', async () => {
  const property = fc.asyncProperty(
    fc.array(Steps, { maxLength: 12 }),
    fc.constantFrom(1, 400, 4e6),
    async (steps, bytes) => {
      await write(steps, bytes)
      expect(await read()).toEqual({ ...modelOf(steps), isDamaged: false })
    },
  )
  await fc.assert(property, { numRuns: 40 })
})

test('cut off anywhere, all that was durable before counts and nothing else; it is no damage', async () => {
  const property = fc.asyncProperty(
    fc.array(Steps, { minLength: 1, maxLength: 6 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    async (steps, share) => {
      const ends = await write(steps)
      const [begin = 0] = ends
      const cut = begin + Math.floor(share * ((ends.at(-1) ?? 0) - begin))
      writeFileSync(path, readFileSync(path).subarray(0, cut))
      const whole = ends.filter((end) => end <= cut).length - 1
      expect(await read()).toEqual({ ...modelOf(steps.slice(0, whole)), isDamaged: false })
    },
  )
  await fc.assert(property, { numRuns: 40 })
})

test('damaged anywhere but in its last write, what was before counts and the damage is told', async () => {
  const property = fc.asyncProperty(
    fc.array(Steps, { minLength: 2, maxLength: 6 }),
    fc.double({ min: 0, max: 0.999, noNaN: true }),
    async (steps, share) => {
      const ends = await write(steps)
      const [begin = 0] = ends
      const at = begin + Math.floor(share * ((ends.at(-2) ?? 0) - begin))
      const bytes = readFileSync(path)
      bytes[at] = (bytes[at] ?? 0) ^ 0xff
      writeFileSync(path, bytes)
      const whole = ends.filter((end) => end <= at).length - 1
      expect(await read()).toEqual({ ...modelOf(steps.slice(0, whole)), isDamaged: true })
    },
  )
  await fc.assert(property, { numRuns: 40 })
})

test('it grows by what changed, and is made small again', async () => {
  const { journal } = await openJournal(path, 100_000)
  const many = Array.from({ length: 500 }, (_, n) => ({
    seq: 1,
    key: `file ${n}`,
    json: JSON.stringify(position(n)),
  }))
  await journal.rewrite({}, many)
  const base = statSync(path).size
  const before = journal.bytesWritten
  const known = { whole: () => ({}), sealed: () => [] }
  await journal.append({}, [{ seq: 2, key: 'file 7', json: JSON.stringify(position(8)) }], known)
  expect(journal.bytesWritten - before).toBeLessThan(base / 200)
  for (let seq = 3; seq < 2_000; seq += 1)
    await journal.append({}, [{ seq, key: 'file 7', json: JSON.stringify(position(seq)) }], known)
  expect(statSync(path).size).toBeLessThan(2 * base + 1_000)
  expect((await read()).lines.get('file 7')).toBe(JSON.stringify(position(1_999)))
})

test('of finished files, so many are remembered and not more', async () => {
  const finished = (n: number) => ({ ...position(n), kind: 'file' as const, finishedMs: n })
  const lines = Array.from({ length: 1_500 }, (_, n) => ({
    seq: 1,
    key: `file ${n}`,
    json: JSON.stringify(finished(n)),
  }))
  const { journal } = await openJournal(path)
  await journal.rewrite({}, lines)
  await journal.rewrite({}, [])
  const left = (await read()).lines
  expect(left.size).toBe(1_000)
  expect(left.has('file 1499')).toBe(true)
})

test('of containers that are done, so many are remembered and not more; of others, all', async () => {
  const container = { namespace: 'n', podName: 'p', containerName: 'c', containerId: null, restartCount: 0 }
  const lineOf = (n: number, isDone: boolean): PlacedLine => {
    const time = { us: n * 1e6, ns: 0 }
    const read = { time, seen: [], seq: n, ...freshMemory(), file: null, isDone }
    const json = JSON.stringify({ kind: 'container', ...container, ...read })
    return { key: `pod:${isDone ? 'job' : 'app'}-${n}:c`, seq: n, json }
  }
  const { journal } = await openJournal(path, 1)
  const numbers = Array.from({ length: 2_500 }, (_, n) => n + 1)
  await journal.rewrite({}, [])
  const known = { whole: () => ({}), sealed: () => [] }
  await journal.append(
    {},
    numbers.map((n) => lineOf(n, true)),
    known,
  )
  await journal.append(
    {},
    [1, 2, 3].map((n) => lineOf(n, false)),
    known,
  )
  const { lines } = await read()
  const jobs = [...lines.keys()].filter((each) => each.startsWith('pod:job'))
  expect([jobs.length, jobs.includes('pod:job-500:c'), jobs.includes('pod:job-501:c')]).toEqual([
    2_000,
    false,
    true,
  ])
  expect(lines.size - jobs.length).toBe(3)
})
