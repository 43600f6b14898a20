import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Gap } from '@logboom/contracts'
import { createLogger } from '@logboom/service'
import { Registry } from 'prom-client'
import { afterEach, beforeEach } from 'vitest'
import { createMetrics } from '../metrics.ts'
import { openSpool } from './open-spool.ts'
import { freshMemory } from './position.ts'
import type { Position } from './position.ts'
import { packBody, unpackBody } from './push-body.ts'
import type { SpoolOptions } from './spool-state.ts'
import type { BatchDraft, PartDraft, Spool, WaitingPart } from './spool.ts'

const log = createLogger('agent', { level: 'error', destination: new PassThrough().resume() })
const at = '2026-11-21T09:13:00.000000000Z'

export interface SpoolBench {
  directory: string
  registry: Registry
  open(options?: Partial<SpoolOptions>): Promise<Spool>
  /** Closes the last one first. */
  reopen(options?: Partial<SpoolOptions>): Promise<Spool>
  batchFiles(): string[]
  path(seq: number): string
  /** A negative place counts from the end. */
  flipByte(file: string, at: number): void
}

/** For each test of a file: a directory, and spools that are closed at the end. */
export function useSpoolBench(): SpoolBench {
  let opened: Spool[] = []
  const bench: SpoolBench = {
    directory: '',
    registry: new Registry(),
    async open(options = {}) {
      const host = { namespace: 'host', podName: 'h' }
      const defaults = { directory: bench.directory, bytesMax: 1e6, memoryBytesMax: 1e6, probeMs: 10, host }
      const spool = await openSpool(
        { ...defaults, ...options },
        log,
        createMetrics((bench.registry = new Registry())),
      )
      opened.push(spool)
      return spool
    },
    async reopen(options) {
      await opened.at(-1)?.close()
      return bench.open(options)
    },
    batchFiles: () =>
      readdirSync(bench.directory)
        .filter((name) => name.endsWith('.batch'))
        .toSorted(),
    path: (seq) => join(bench.directory, `${String(seq).padStart(16, '0')}.batch`),
    flipByte(file, place) {
      const bytes = readFileSync(file)
      const index = place < 0 ? bytes.length + place : place
      bytes[index] = (bytes[index] ?? 0) ^ 0xff
      writeFileSync(file, bytes)
    },
  }
  beforeEach(() => {
    bench.directory = mkdtempSync(join(tmpdir(), 'logboom-spool-'))
    opened = []
  })
  afterEach(async () => {
    await Promise.all(opened.map((spool) => spool.close()))
    rmSync(bench.directory, { recursive: true, force: true })
  })
  return bench
}

export const position = (offset: number): Position => ({
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

/** A part of so many lines of one stream. */
export async function part(key: string, lines: number, more: Partial<PartDraft> = {}): Promise<PartDraft> {
  const names = { namespace: 'host', podName: 'h', containerName: 'app.log' }
  const body = await packBody({ key, sentAt: at, gaps: [], logs: Buffer.alloc(0) })
  const streams = [{ ...names, from: at, to: at, lines }]
  return { key, lane: 'rest', entries: lines, gapIds: [], streams, body, ...more }
}

/** A batch of one part that ends at an offset. */
export async function draft(offset: number, more: Partial<PartDraft> = {}): Promise<BatchDraft> {
  const parts = [await part(`key-${offset}`, offset, more)]
  return { sealedMs: Date.now(), positions: { file: position(offset) }, mayDrop: true, parts }
}

/** Takes the next part, as the shipper does. */
export async function takeNext(spool: Spool): Promise<{ part: WaitingPart; body: Buffer; gaps: Gap[] }> {
  const next = spool.next()
  if (!next) throw new Error('nothing is to be sent')
  next.isTaken = true
  const body = await spool.take(next)
  return { part: next, body, gaps: (await unpackBody(body)).gaps }
}

/** Sends the next part to a broker that takes it; resolves with its number. */
export async function sendNext(spool: Spool, gaps: readonly Gap[] = []): Promise<number> {
  const { part: next } = await takeNext(spool)
  await spool.answered(next, gaps, { expired: 0, rejected: 0 })
  next.isTaken = false
  return next.sentAs?.number ?? 0
}

/** The same, and all of it is committed at once. */
export async function commitNext(spool: Spool, gaps: readonly Gap[] = []): Promise<void> {
  const key = spool.next()?.key ?? ''
  await sendNext(spool, gaps)
  await spool.committed(spool.instance, key)
}

export const seqsOf = ({ waiting }: Spool): number[] => waiting.map(({ seq }) => seq)
