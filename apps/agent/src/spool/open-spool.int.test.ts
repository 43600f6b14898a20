import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  commitNext,
  draft,
  part,
  position,
  sendNext,
  seqsOf,
  takeNext,
  useSpoolBench,
} from './spool-fixture.ts'

const bench = useSpoolBench()

test('batches, positions and their count survive a restart', async () => {
  const first = await bench.open()
  await first.append(await draft(1))
  await first.append(await draft(2))
  const second = await bench.reopen()
  expect(seqsOf(second)).toEqual([1, 2])
  expect(second.positions).toEqual({ file: position(2) })
  expect(second.instance).toBe(first.instance)
  expect(second.printKey).toBe(first.printKey)
  expect(second.bytes).toBe(first.bytes)
  await commitNext(second)
  const third = await bench.reopen()
  expect(seqsOf(third)).toEqual([2])
  await third.append(await draft(3))
  expect(seqsOf(third)).toEqual([2, 3])
  expect([await sendNext(third), await sendNext(third)]).toEqual([2, 3])
})

test('when all is freed, positions and the count remain', async () => {
  const first = await bench.open()
  await first.append(await draft(1))
  await commitNext(first)
  expect(bench.batchFiles()).toEqual([])
  const second = await bench.reopen()
  expect(second.positions).toEqual({ file: position(1) })
  await second.append(await draft(2))
  expect(seqsOf(second)).toEqual([2])
  expect(await sendNext(second)).toBe(2)
})

describe('what was answered', () => {
  test('stays until it is committed, and is committed with any batch of a higher number', async () => {
    const spool = await bench.open()
    for (const offset of [1, 2, 3]) await spool.append(await draft(offset))
    await sendNext(spool)
    await sendNext(spool)
    expect(spool.unsent).toBe(1)
    expect(seqsOf(spool)).toEqual([1, 2, 3])
    expect(bench.batchFiles()).toHaveLength(3)
    await spool.committed('another instance', 'key-2')
    await spool.committed(spool.instance, 'unknown')
    expect(seqsOf(spool)).toEqual([1, 2, 3])
    await spool.committed(spool.instance, 'key-2')
    expect(seqsOf(spool)).toEqual([3])
    expect(bench.batchFiles()).toHaveLength(1)
  })

  test('is not freed before its answer came, though it is committed: its answer may tell of gaps', async () => {
    const spool = await bench.open()
    await spool.append(await draft(1))
    const { part: sent } = await takeNext(spool)
    await spool.committed(spool.instance, 'key-1')
    expect(seqsOf(spool)).toEqual([1])
    await spool.answered(sent, [], { expired: 0, rejected: 0 })
    expect(seqsOf(spool)).toEqual([])
  })

  test('is sent again after a restart under the number it had, whatever overtook it', async () => {
    const first = await bench.open()
    for (const offset of [1, 2]) await first.append(await draft(offset))
    await first.append(await draft(3, { lane: 'urgent' }))
    await takeNext(first)
    const second = await bench.reopen()
    const numbers = second.waiting.map(({ parts }) => parts.map(({ sentAs }) => sentAs?.number ?? null))
    expect(numbers).toEqual([[1], [null], [2]])
    await second.append(await draft(4))
    const sent = []
    while (second.next()) sent.push([second.next()?.key, await sendNext(second)])
    expect(sent).toEqual([
      ['key-3', 2],
      ['key-1', 1],
      ['key-2', 3],
      ['key-4', 4],
    ])
  })
})

test('of two parts neither is there without the other and the positions, and each is sent by itself', async () => {
  const first = await bench.open()
  await first.append(await draft(1))
  const parts = [await part('warn', 3, { lane: 'urgent' }), await part('rest', 4)]
  await first.append({ ...(await draft(2)), parts })
  const second = await bench.reopen()
  const order: string[] = []
  while (second.next()) {
    order.push(second.next()?.key ?? '')
    await sendNext(second)
  }
  expect(order).toEqual(['warn', 'key-1', 'rest'])
  await second.committed(second.instance, 'warn')
  expect(seqsOf(second)).toEqual([2])
  await second.committed(second.instance, 'rest')
  expect(seqsOf(second)).toEqual([])
  expect((await bench.reopen()).positions).toEqual({ file: position(2) })
})

test.each([0, 5, 23, 24, 60, -1])(
  'a newest batch that was torn at byte %d is not there: its lines are read again',
  async (at) => {
    const first = await bench.open()
    await first.append(await draft(1))
    await first.append(await draft(2))
    writeFileSync(bench.path(2), readFileSync(bench.path(2)).subarray(0, at))
    const second = await bench.reopen()
    expect(seqsOf(second)).toEqual([1])
    expect(second.positions).toEqual({ file: position(1) })
    await second.append(await draft(7))
    expect(seqsOf(second)).toEqual([1, 2])
  },
)

describe('damage', () => {
  test('of a body further back becomes an exact gap under its number', async () => {
    const first = await bench.open()
    await first.append(await draft(5))
    await first.append(await draft(6))
    bench.flipByte(bench.path(1), -1)
    const second = await bench.reopen()
    expect(seqsOf(second)).toEqual([1, 2])
    expect(second.positions).toEqual({ file: position(6) })
    const { part: sent, gaps } = await takeNext(second)
    expect(sent.sentAs?.number).toBe(1)
    expect(gaps).toMatchObject([
      {
        reason: 'corrupt',
        lines: 5,
        exact: true,
        container_name: 'app.log',
        from: '2026-11-21T09:13:00.000000000Z',
      },
    ])
  })

  test('of a whole batch, or its loss, becomes a gap without a count, and no number is left out', async () => {
    const first = await bench.open()
    for (const offset of [5, 6, 7, 8]) await first.append(await draft(offset))
    await commitNext(first)
    await sendNext(first)
    bench.flipByte(bench.path(2), 30)
    rmSync(bench.path(3))
    const second = await bench.reopen()
    const { part: sent, gaps } = await takeNext(second)
    expect(gaps).toMatchObject([{ reason: 'corrupt', exact: false, namespace: 'host' }])
    expect(sent.sentAs?.number).toBe(2)
    expect([await sendNext(second), await sendNext(second)]).toEqual([3, 4])
  })

  test('found while it waits is told as well', async () => {
    const spool = await bench.open()
    // What was written last is sent as it was written: nobody needs its file.
    const later = Array.from({ length: 8 }, (_, n) => 7 + n)
    for (const offset of [5, 6, ...later]) await spool.append(await draft(offset))
    for (const seq of [1, 3]) bench.flipByte(bench.path(seq), -1)
    rmSync(bench.path(2))
    expect((await takeNext(spool)).gaps).toMatchObject([{ lines: 5, exact: true, reason: 'corrupt' }])
    expect((await takeNext(spool)).gaps).toMatchObject([{ exact: false, reason: 'corrupt' }])
    expect((await takeNext(spool)).gaps).toEqual([])
  })

  test('of the middle of the journal is told, and the spool counts anew under another name', async () => {
    const first = await bench.open()
    for (const offset of [1, 2, 3]) {
      await first.append(await draft(offset))
      if (offset < 3) await commitNext(first)
    }
    const { length } = readFileSync(join(bench.directory, 'journal'))
    bench.flipByte(join(bench.directory, 'journal'), Math.floor(length / 2))
    const second = await bench.reopen()
    expect(second.instance).not.toBe(first.instance)
    expect(second.printKey).toBe(first.printKey)
    expect(second.positions).toEqual({ file: position(3) })
    const { part: sent } = await takeNext(second)
    expect(sent).toMatchObject({ sentAs: { number: 1, instance: second.instance }, isRenumbered: true })
    expect((await bench.reopen()).instance).toBe(second.instance)
  })
})

test('gaps that no batch carries are kept until one does and that one is committed', async () => {
  const names = { namespace: 'host', pod_name: 'h', from: 'a', to: 'b' }
  const gap = { ...names, reason: 'expired' as const, exact: false }
  const first = await bench.open()
  await first.append(await draft(1))
  await commitNext(first, [gap])
  const second = await bench.reopen()
  const ids = second.untoldGaps().map(({ id }) => id)
  expect(second.untoldGaps().map((untold) => untold.gap)).toEqual([gap])
  await second.append(await draft(2, { gapIds: ids }))
  expect(second.untoldGaps()).toEqual([])
  const third = await bench.reopen()
  expect(third.untoldGaps()).toEqual([])
  await commitNext(third)
  expect((await bench.reopen()).untoldGaps()).toEqual([])
})

test('positions without a batch are saved behind what waits, and never replaced by older ones', async () => {
  const first = await bench.open()
  await first.savePositions({ file: position(3) })
  await first.append(await draft(4))
  await first.savePositions({ file: position(5) })
  const second = await bench.reopen()
  expect(second.positions).toEqual({ file: position(5) })
  await commitNext(second)
  expect((await bench.reopen()).positions).toEqual({ file: position(5) })
})

test('nobody else may read the spool', async () => {
  const directory = join(bench.directory, 'new')
  const spool = await bench.open({ directory })
  await spool.append(await draft(1))
  expect(statSync(directory).mode & 0o077).toBe(0)
  for (const name of readdirSync(directory)) {
    expect(statSync(join(directory, name)).mode & 0o077).toBe(0)
  }
})

test('a lock is respected while its owner lives, and taken over when it is dead', async () => {
  const path = join(bench.directory, 'lock')
  const first = await bench.open()
  await expect(bench.open()).rejects.toThrow(`in use by process ${process.pid}`)
  const lock = readFileSync(path, 'utf8')
  await first.close()
  // The same process id, but of a process that began at another time.
  writeFileSync(path, lock.replace(/^(\d+) \S+/, '$1 1'))
  await (await bench.reopen()).close()
  const { pid } = spawnSync('true')
  writeFileSync(path, lock.replace(/^\d+/, String(pid)))
  await (await bench.reopen()).close()
  writeFileSync(path, 'no lock at all')
  await (await bench.reopen()).close()
  expect(readdirSync(bench.directory).filter((name) => name.startsWith('lock'))).toEqual([])
})
