import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Gap } from '@logboom/contracts'
import { createLogger } from '@logboom/service'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSpool } from './open-spool.ts'
import { freshMemory } from './position.ts'
import type { Position } from './position.ts'
import { packBody, unpackBody } from './push-body.ts'
import type { BatchDraft, Spool } from './spool.ts'

let directory: string
let open: Spool[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logboom-spool-'))
  open = []
})

afterEach(async () => {
  await Promise.all(open.map((spool) => spool.close()))
  rmSync(directory, { recursive: true, force: true })
})

const log = createLogger('agent', { level: 'error', destination: new PassThrough().resume() })
const host = { namespace: 'host', podName: 'h' }

async function opened(bytesMax = 1e6): Promise<Spool> {
  const spool = await openSpool({ directory, bytesMax, host }, log)
  open.push(spool)
  return spool
}

async function reopened(): Promise<Spool> {
  await open.at(-1)?.close()
  return opened()
}

const position = (offset: number): Position => ({
  kind: 'file',
  path: '/x/app.log',
  generation: 0,
  fingerprint: { bytes: 0, hash: '' },
  offset,
  marker: { bytes: 0, hash: '' },
  seq: offset,
  time: null,
  openLine: null,
  ...freshMemory(),
  finishedMs: null,
})

async function draft(offset: number, gapIds: number[] = []): Promise<BatchDraft> {
  const at = '2026-11-21T09:13:00.000000000Z'
  const stream = {
    namespace: 'host',
    podName: 'h',
    containerName: 'app.log',
    from: at,
    to: at,
    lines: offset,
  }
  return {
    key: `key-${offset}`,
    entries: offset,
    sealedMs: 1,
    positions: { file: position(offset) },
    gapIds,
    streams: [stream],
    body: await packBody({ key: `key-${offset}`, sentAt: at, gaps: [], logs: Buffer.alloc(0) }),
  }
}

const batchFiles = () =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.batch'))
    .toSorted()
const path = (number: number) => join(directory, `${String(number).padStart(16, '0')}.batch`)

function flipByte(file: string, at: number): void {
  const bytes = readFileSync(file)
  const index = at < 0 ? bytes.length + at : at
  bytes[index] = (bytes[index] ?? 0) ^ 0xff
  writeFileSync(file, bytes)
}

async function gapsOfOldest(spool: Spool): Promise<Gap[]> {
  const [oldest] = spool.waiting
  if (!oldest) return []
  return (await unpackBody((await spool.read(oldest)).body)).gaps
}

test('batches, positions and their count survive a restart', async () => {
  const first = await opened()
  await first.append(await draft(1))
  await first.append(await draft(2))
  const second = await reopened()
  expect(second.waiting.map(({ number }) => number)).toEqual([1, 2])
  expect(second.positions).toEqual({ file: position(2) })
  expect(second.instance).toBe(first.instance)
  expect(second.printKey).toBe(first.printKey)
  expect(second.bytes).toBe(first.bytes)
  const [oldest] = second.waiting
  if (oldest) await second.settle((await second.read(oldest)).header, [])
  const third = await reopened()
  expect(third.waiting.map(({ number }) => number)).toEqual([2])
  await third.append(await draft(3))
  expect(third.waiting.map(({ number }) => number)).toEqual([2, 3])
})

test('when all is freed, positions and the count remain', async () => {
  const first = await opened()
  await first.append(await draft(1))
  const [oldest] = first.waiting
  if (oldest) await first.settle((await first.read(oldest)).header, [])
  expect(batchFiles()).toEqual([])
  const second = await reopened()
  expect(second.positions).toEqual({ file: position(1) })
  await second.append(await draft(2))
  expect(second.waiting.map(({ number }) => number)).toEqual([2])
})

test.each([0, 5, 23, 24, 60, -1])(
  'a newest batch that was torn at byte %d is not there: its lines are read again',
  async (at) => {
    const first = await opened()
    await first.append(await draft(1))
    await first.append(await draft(2))
    writeFileSync(path(2), readFileSync(path(2)).subarray(0, at))
    const second = await reopened()
    expect(second.waiting.map(({ number }) => number)).toEqual([1])
    expect(second.positions).toEqual({ file: position(1) })
    await second.append(await draft(7))
    expect(second.waiting.map(({ number }) => number)).toEqual([1, 2])
  },
)

test('a batch whose body is damaged further back becomes an exact gap under its number', async () => {
  const first = await opened()
  await first.append(await draft(5))
  await first.append(await draft(6))
  flipByte(path(1), -1)
  const second = await reopened()
  expect(second.waiting.map(({ number }) => number)).toEqual([1, 2])
  expect(second.positions).toEqual({ file: position(6) })
  expect(await gapsOfOldest(second)).toMatchObject([
    {
      reason: 'corrupt',
      lines: 5,
      exact: true,
      container_name: 'app.log',
      from: '2026-11-21T09:13:00.000000000Z',
    },
  ])
})

test('a batch of which nothing can be read, or that is missing, becomes a gap without a count', async () => {
  const first = await opened()
  await first.append(await draft(5))
  await first.append(await draft(6))
  await first.append(await draft(7))
  flipByte(path(1), 30)
  rmSync(path(2))
  const second = await reopened()
  expect(second.waiting.map(({ number }) => number)).toEqual([1, 2, 3])
  expect(await gapsOfOldest(second)).toMatchObject([{ reason: 'corrupt', exact: false, namespace: 'host' }])
})

test('gaps that no batch carries are kept until one does and that one is freed', async () => {
  const gap = {
    namespace: 'host',
    pod_name: 'h',
    from: 'a',
    to: 'b',
    reason: 'expired' as const,
    exact: false,
  }
  const first = await opened()
  await first.append(await draft(1))
  const [oldest] = first.waiting
  if (oldest) await first.settle((await first.read(oldest)).header, [gap])
  const second = await reopened()
  const ids = second.untoldGaps().map(({ id }) => id)
  expect(second.untoldGaps().map((untold) => untold.gap)).toEqual([gap])
  await second.append(await draft(2, ids))
  expect(second.untoldGaps()).toEqual([])
  const third = await reopened()
  expect(third.untoldGaps()).toEqual([])
  const [carrier] = third.waiting
  if (carrier) await third.settle((await third.read(carrier)).header, [])
  expect((await reopened()).untoldGaps()).toEqual([])
})

test('a damaged checkpoint is told, and the spool counts anew under another name', async () => {
  const first = await opened()
  await first.append(await draft(1))
  const [oldest] = first.waiting
  if (oldest) await first.settle((await first.read(oldest)).header, [])
  flipByte(join(directory, 'checkpoint'), 20)
  const second = await reopened()
  expect(second.instance).not.toBe(first.instance)
  expect(second.printKey).toBe(first.printKey)
  expect(second.positions).toEqual({})
})

test('positions without a batch are saved only while no batch waits', async () => {
  const first = await opened()
  expect(await first.savePositions({ file: position(3) })).toBe(true)
  await first.append(await draft(4))
  expect(await first.savePositions({ file: position(5) })).toBe(false)
  expect((await reopened()).positions).toEqual({ file: position(4) })
})

test('nobody else may read the spool', async () => {
  const spool = await openSpool({ directory: join(directory, 'new'), bytesMax: 1, host }, log)
  open.push(spool)
  await spool.append(await draft(1))
  expect(statSync(join(directory, 'new')).mode & 0o077).toBe(0)
  for (const name of readdirSync(join(directory, 'new'))) {
    expect(statSync(join(directory, 'new', name)).mode & 0o077).toBe(0)
  }
})

test('a lock is respected while its owner lives, and taken over when it is dead', async () => {
  const first = await opened()
  await expect(openSpool({ directory, bytesMax: 1, host }, log)).rejects.toThrow(
    `in use by process ${process.pid}`,
  )
  const lock = readFileSync(join(directory, 'lock'), 'utf8')
  await first.close()
  // The same process id, but of a process that began at another time.
  writeFileSync(join(directory, 'lock'), lock.replace(/^(\d+) \S+/, '$1 1'))
  await (await opened()).close()
  const { pid } = spawnSync('true')
  writeFileSync(join(directory, 'lock'), lock.replace(/^\d+/, String(pid)))
  await (await opened()).close()
  writeFileSync(join(directory, 'lock'), 'no lock at all')
  await (await opened()).close()
  expect(readdirSync(directory).filter((name) => name.startsWith('lock'))).toEqual([])
})
