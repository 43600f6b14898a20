import { Problem } from '@logboom/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createGate } from './create-gate.ts'
import type { Gate, GateOptions, Refusal } from './create-gate.ts'

function open(options: Partial<GateOptions> = {}) {
  const seen = { refused: [] as Refusal[], cancelled: 0, waited: 0 }
  const gate = createGate({
    slots: 2,
    waitingMax: 100,
    waitMs: 60_000,
    observe: {
      refused: (reason) => seen.refused.push(reason),
      cancelled: () => (seen.cancelled += 1),
      waited: () => (seen.waited += 1),
    },
    ...options,
  })
  return { gate, seen }
}

/** Work that lasts until it is told to end, and what became of it. */
function start(gate: Gate, subject: string, begun: string[], options?: { patient: boolean }) {
  const gone = new AbortController()
  const work = Promise.withResolvers<void>()
  work.promise.catch(() => undefined) // it may fail before it has begun
  const outcome = gate
    .run(
      { subject, signal: gone.signal },
      async () => {
        begun.push(subject)
        await work.promise
        return 'done'
      },
      options,
    )
    .catch((error: unknown) => error)
  return { outcome, end: work.resolve, fail: work.reject, leave: () => gone.abort() }
}

/** Everything that can go on without anybody's doing has gone on. */
const settle = async () => {
  for (let n = 0; n < 10; n += 1) await Promise.resolve()
}

test('no more are at work than there are slots, and each gets its turn', async () => {
  const { gate, seen } = open()
  const begun: string[] = []
  const all = ['a', 'a', 'a', 'a'].map((subject) => start(gate, subject, begun))
  await settle()
  expect([gate.running, gate.waiting]).toEqual([2, 2])
  for (const one of all) {
    one.end()
    expect(await one.outcome).toBe('done')
  }
  await settle()
  expect([gate.running, gate.waiting, seen.waited]).toEqual([0, 0, 4])
})

test.each([1, 2])(
  'one who asks for fifty at once keeps nobody else waiting for more than a turn, %i at a time',
  async (slots) => {
    const { gate } = open({ slots })
    const begun: string[] = []
    const many = Array.from({ length: 50 }, () => start(gate, 'greedy', begun))
    const few = Array.from({ length: 3 }, () => start(gate, 'modest', begun))
    await settle()
    for (const one of [...many, ...few]) one.end()
    await Promise.all([...many, ...few].map(({ outcome }) => outcome))
    expect(begun).toHaveLength(53)
    // turn about, once those that had begun before are done
    expect(begun.slice(0, slots + 6).filter((subject) => subject === 'modest')).toHaveLength(3)
  },
)

test('where no more may wait, the one with most waiting goes without', async () => {
  const { gate, seen } = open({ slots: 1, waitingMax: 4 })
  const begun: string[] = []
  const greedy = Array.from({ length: 6 }, () => start(gate, 'greedy', begun))
  const modest = start(gate, 'modest', begun)
  await settle()
  const refused = { code: 'overloaded', headers: { 'Retry-After': '60' } }
  expect(await greedy[5]?.outcome).toMatchObject(refused)
  expect(await greedy[4]?.outcome).toMatchObject(refused)
  expect(seen.refused).toEqual(['queue_full', 'queue_full'])
  expect(gate.waiting).toBe(4)
  for (const one of greedy.slice(0, 4)) one.end()
  modest.end()
  expect(await modest.outcome).toBe('done')
  expect(begun.slice(0, 2)).toEqual(['greedy', 'modest'])
})

test('nobody waits for longer than is allowed, but for those who have begun before', async () => {
  const { gate, seen } = open({ slots: 1, waitMs: 20 })
  const begun: string[] = []
  const first = start(gate, 'a', begun)
  const patient = start(gate, 'b', begun, { patient: true })
  const late = start(gate, 'c', begun)
  const error = await late.outcome
  expect(error).toBeInstanceOf(Problem)
  expect(error).toMatchObject({ code: 'overloaded', headers: { 'Retry-After': '1' } })
  expect(seen.refused).toEqual(['waited_too_long'])
  first.end()
  patient.end()
  expect(await patient.outcome).toBe('done')
  expect(begun).toEqual(['a', 'b'])
})

test('whoever goes away leaves the queue, and never begins', async () => {
  const { gate, seen } = open({ slots: 1 })
  const begun: string[] = []
  const first = start(gate, 'a', begun)
  const gone = start(gate, 'b', begun)
  const next = start(gate, 'c', begun)
  gone.leave()
  expect(await gone.outcome).toMatchObject({ name: 'AbortError' })
  expect([gate.waiting, seen.cancelled]).toEqual([1, 1])
  first.end()
  next.end()
  expect(await next.outcome).toBe('done')
  expect(begun).toEqual(['a', 'c'])
})

test('work that fails gives its slot back', async () => {
  const { gate } = open({ slots: 1 })
  const begun: string[] = []
  const first = start(gate, 'a', begun)
  const next = start(gate, 'a', begun)
  first.fail(new Error('no'))
  expect(await first.outcome).toMatchObject({ message: 'no' })
  next.end()
  expect(await next.outcome).toBe('done')
  expect(gate.running).toBe(0)
})

test('whatever comes, goes, ends and fails in whatever order, no slot is lost or used twice', async () => {
  const step = fc.record({
    act: fc.constantFrom('start', 'start', 'start', 'end', 'fail', 'leave'),
    who: fc.nat(),
    subject: fc.constantFrom('a', 'b', 'c'),
    lets: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { gate } = open({ slots: 2, waitingMax: 5 })
      const all: ReturnType<typeof start>[] = []
      for (const { act, who, subject, lets } of steps) {
        const one = all[who % Math.max(1, all.length)]
        if (act === 'start') all.push(start(gate, subject, []))
        else if (act === 'end') one?.end()
        else if (act === 'fail') one?.fail(new Error('no'))
        else one?.leave()
        if (lets) await settle()
        expect(gate.running).toBeLessThanOrEqual(2)
        expect(gate.waiting).toBeLessThanOrEqual(5)
        expect(gate.waiting === 0 || gate.running === 2).toBe(true)
      }
      for (const one of all) one.end()
      await Promise.all(all.map(({ outcome }) => outcome))
      expect([gate.running, gate.waiting]).toEqual([0, 0])
    }),
  )
})
