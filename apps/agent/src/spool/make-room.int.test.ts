import type { Gap } from '@logboom/contracts'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openJournal } from './journal.ts'
import { applyChange, emptyLedger } from './ledger.ts'
import { commitNext, draft, part, sendNext, seqsOf, takeNext, useSpoolBench } from './spool-fixture.ts'
import type { BatchDraft, Spool } from './spool.ts'

const bench = useSpoolBench()

const bodyBytes = 10_000
/** Six batches fit. */
const bytesMax = 6.5 * (bodyBytes + 700)

/** A batch of so many lines, as large as all others. */
async function large(
  lines: number,
  lane: 'rest' | 'urgent' = 'rest',
  key = `${lane}-${lines}`,
): Promise<BatchDraft> {
  const one = await part(key, lines, { lane })
  // zstd frames may be followed by a frame that is skipped.
  const skipped = Buffer.alloc(bodyBytes - one.body.length)
  skipped.writeUInt32LE(0x184d2a50)
  skipped.writeUInt32LE(skipped.length - 8, 4)
  return { ...(await draft(lines)), parts: [{ ...one, body: Buffer.concat([one.body, skipped]) }] }
}

const gapsOf = (spool: Spool): Gap[] => spool.untoldGaps().map(({ gap }) => gap)
const keysOf = (spool: Spool) => spool.waiting.flatMap(({ parts }) => parts.map(({ key }) => key))

async function numbersOfAll(spool: Spool): Promise<number[]> {
  const numbers: number[] = []
  while (spool.next()) numbers.push(await sendNext(spool))
  return numbers.toSorted((a, b) => a - b)
}

test('the oldest go, WARN and above last, one gap counts their lines exactly, and no number is left out', async () => {
  const spool = await bench.open({ bytesMax })
  for (let lines = 1; lines <= 4; lines += 1)
    await spool.append(await large(lines, lines === 2 ? 'urgent' : 'rest'))
  for (let lines = 5; lines <= 12; lines += 1) await spool.append(await large(lines))
  // The first has its number, and may have been attempted.
  expect(keysOf(spool)).toContain('rest-1')
  expect(keysOf(spool)).toContain('urgent-2')
  const dropped = gapsOf(spool)
  expect(dropped).toMatchObject([{ reason: 'spool_full', exact: true, container_name: 'app.log' }])
  const waiting = spool.waiting.flatMap(({ parts }) => parts).reduce((sum, { entries }) => sum + entries, 0)
  expect((dropped[0]?.lines ?? 0) + waiting).toBe((12 * 13) / 2)
  expect(spool.bytes).toBeLessThanOrEqual(bytesMax)
  const left = keysOf(spool).length
  expect(await numbersOfAll(spool)).toEqual(Array.from({ length: left }, (_, index) => index + 1))
  expect(await bench.registry.metrics()).toContain(
    `dropped_lines_total{reason="spool_full"} ${dropped[0]?.lines}`,
  )
})

test('only urgent ones go when there is nothing else', async () => {
  const spool = await bench.open({ bytesMax })
  for (let lines = 1; lines <= 9; lines += 1) await spool.append(await large(lines, 'urgent'))
  expect(keysOf(spool)).not.toContain('urgent-2')
  expect(keysOf(spool)).toContain('urgent-9')
})

test('of a batch in two parts the urgent one stays when the rest goes', async () => {
  const spool = await bench.open({ bytesMax })
  await spool.append(await large(1))
  const [rest, urgent] = [await large(20), await large(30, 'urgent')]
  await spool.append({ ...rest, parts: [...urgent.parts, ...rest.parts] })
  for (let lines = 2; lines <= 6; lines += 1) await spool.append(await large(lines))
  expect(keysOf(spool)).toContain('urgent-30')
  expect(keysOf(spool)).not.toContain('rest-20')
  const again = await bench.reopen({ bytesMax })
  expect(keysOf(again)).toEqual(keysOf(spool))
  expect(gapsOf(again)).toEqual(gapsOf(spool))
  expect(again.bytes).toBe(spool.bytes)
  await numbersOfAll(again)
  await again.committed(again.instance, keysOf(again).at(-1) ?? '')
  expect(seqsOf(again)).toEqual([])
  // Nothing is remembered of what is gone.
  await again.close()
  const { changes } = await openJournal(`${bench.directory}/journal`)
  const ledger = emptyLedger()
  for (const change of changes) applyChange(ledger, change)
  expect([ledger.dropped.size, ledger.numbers.size, ledger.answers.size, ledger.freed.size]).toEqual([
    0, 0, 0, 0,
  ])
})

test('what was answered and not committed goes before what was not sent, without a gap, and counted', async () => {
  const spool = await bench.open({ bytesMax })
  for (let lines = 1; lines <= 5; lines += 1) await spool.append(await large(lines))
  for (let sent = 0; sent < 3; sent += 1) await sendNext(spool)
  for (let lines = 6; lines <= 8; lines += 1) await spool.append(await large(lines))
  expect(gapsOf(spool)).toEqual([])
  expect(keysOf(spool)).toEqual(expect.arrayContaining(['rest-4', 'rest-5', 'rest-8']))
  expect(await bench.registry.metrics()).toMatch(/unconfirmed_batches_total\{reason="spool_full"\} [12]/)
})

test('what has expired goes first, and its gap says so', async () => {
  const spool = await bench.open({ bytesMax })
  spool.tellRetention(60_000)
  await spool.append(await large(1))
  for (let lines = 2; lines <= 6; lines += 1)
    await spool.append({ ...(await large(lines)), ...(lines > 4 && { sealedMs: Date.now() - 61_000 }) })
  await spool.append(await large(7))
  expect(keysOf(spool)).toEqual(
    ['rest-1', 'rest-2', 'rest-3', 'rest-4', 'rest-6', 'rest-7'].filter((key) => keysOf(spool).includes(key)),
  )
  expect(gapsOf(spool)).toMatchObject([{ reason: 'expired', exact: true }])
})

test('for lines that can wait nothing is dropped', async () => {
  const spool = await bench.open({ bytesMax })
  for (let lines = 1; lines <= 9; lines += 1) await spool.append({ ...(await large(lines)), mayDrop: false })
  expect(spool.hasRoom()).toBe(false)
  expect(seqsOf(spool)).toHaveLength(9)
})

test('gaps that the dropped batch carried are told by another', async () => {
  const spool = await bench.open({ bytesMax })
  await spool.append(await large(1))
  await commitNext(spool, [
    { namespace: 'n', pod_name: 'p', from: 'a', to: 'b', reason: 'rejected', exact: false },
  ])
  await spool.append(await large(2))
  const [untold] = spool.untoldGaps()
  const carrier = await large(3)
  await spool.append({
    ...carrier,
    parts: carrier.parts.map((one) => ({ ...one, gapIds: [untold?.id ?? 0] })),
  })
  expect(spool.untoldGaps()).toEqual([])
  for (let lines = 4; lines <= 9; lines += 1) await spool.append(await large(lines))
  expect(
    gapsOf(spool)
      .map(({ reason }) => reason)
      .toSorted(),
  ).toEqual(['rejected', 'spool_full'])
})

type Step = 'rest' | 'urgent' | 'both' | 'send' | 'commit' | 'restart'

test('whatever happens in whatever order, each line is sent, waits, or is in a gap, and numbers have no hole', async () => {
  const steps = fc.array(
    fc.constantFrom<Step>('rest', 'rest', 'urgent', 'both', 'send', 'commit', 'restart'),
    { maxLength: 40 },
  )
  let run = 0
  const property = fc.asyncProperty(steps, async (row) => {
    run += 1
    const directory = `${bench.directory}/${run}`
    let spool = await bench.open({ bytesMax, directory })
    const sent = new Map<string, number>()
    let appended = 0
    let confirmed = 0
    for (const [index, step] of row.entries()) {
      if (step === 'restart') {
        await spool.close()
        spool = await bench.open({ bytesMax, directory })
      } else if (step === 'send') {
        if (!spool.next()) continue
        const { part: next } = await takeNext(spool)
        await spool.answered(next, [], { expired: 0, rejected: 0 })
        next.isTaken = false
        sent.set(next.key, next.entries)
        const number = next.sentAs?.number ?? 0
        confirmed = Math.max(confirmed, number)
      } else if (step === 'commit') {
        const answered = spool.waiting
          .flatMap(({ parts }) => parts)
          .find(({ answeredAtMs }) => answeredAtMs !== null)
        if (answered) await spool.committed(spool.instance, answered.key)
      } else {
        const lines = index + 1
        const [urgent, rest] = [
          await large(lines, 'urgent', `u${index}`),
          await large(lines, 'rest', `r${index}`),
        ]
        const parts =
          step === 'both' ? [...urgent.parts, ...rest.parts] : step === 'urgent' ? urgent.parts : rest.parts
        await spool.append({ ...rest, parts })
        appended += lines * parts.length
      }
    }
    const waiting = spool.waiting.flatMap(({ parts }) => parts).filter(({ key }) => !sent.has(key))
    const gaps = gapsOf(spool).reduce((sum, { lines }) => sum + (lines ?? 0), 0)
    const sum = (counts: Iterable<number>) => [...counts].reduce((total, count) => total + count, 0)
    expect(sum(sent.values()) + sum(waiting.map(({ entries }) => entries)) + gaps).toBe(appended)
    const numbers = await numbersOfAll(spool)
    expect(Math.max(0, confirmed, ...numbers)).toBe(spool.lastNumber)
    await spool.close()
  })
  await fc.assert(property, { numRuns: 15 })
}, 60_000)
