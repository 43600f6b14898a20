import { probesInSlice, probesOf } from './trace-hash.ts'
import type { TraceProbes } from './trace-hash.ts'

/**
 * The filter of a job: a Bloom filter over the traced values of its entries, of which the ledger keeps one per batch, so
 * that a search for one of them looks at these batches alone. It may say yes of a value that is not there, never no of
 * one that is. Its length in bits is a power of two; no bytes at all: nothing in the batch is traced.
 *
 * Each value is in it twice: by itself, which tells the batch, and with the sixteenth of the batch's time it occurs in,
 * which spares reading the rest of the batch. With 24 to 48 bits for a value, 1 to 15 of 10 000 batches are mistaken
 * for one that has it, and four in five of these are found out by their sixteenths.
 */
export interface TracedValue {
  /** Of the entry, microseconds since 1970. */
  us: number
  /** From `traceHash`. */
  hash: number
}

/** Both ends are times of entries, microseconds since 1970: `min_us` and `max_us` of the job. */
export interface TimeSpan {
  minUs: number
  maxUs: number
}

const bitsPerValue = 24
/** With fewer, chance makes the few values of a small batch say yes too often. */
const bitsMin = 256
/** 64 KiB: 22 000 values, more than a job has lines. */
const bitsMax = 524_288
const slices = 16

/** 1 KiB for 250 different values: a byte for each line, where every fourth has one. */
export function buildTraceFilter(values: readonly TracedValue[], span: TimeSpan): Buffer {
  if (values.length === 0) return Buffer.alloc(0)
  const distinct = new Set<number>()
  for (const { hash } of values) distinct.add(hash)
  const bits = Math.max(bitsMin, 2 ** Math.ceil(Math.log2(distinct.size * bitsPerValue)))
  const filter = Buffer.alloc(Math.min(bitsMax, bits) / 8)
  for (const { us, hash } of values) {
    setAll(filter, probesOf(hash))
    setAll(filter, probesInSlice(hash, sliceOf(us, span)))
  }
  return filter
}

/**
 * When the entries of a batch that may have all of the values are: sixteenths of its time, neighbours joined, both
 * ends inclusive. Empty: none has them.
 */
export function tracedSpans(filter: Buffer, hashes: readonly number[], span: TimeSpan): TimeSpan[] {
  const spans: TimeSpan[] = []
  if (filter.length === 0 || !hashes.every((hash) => hasAll(filter, probesOf(hash)))) return spans
  for (let slice = 0; slice < slices; slice += 1) {
    if (!hashes.every((hash) => hasAll(filter, probesInSlice(hash, slice)))) continue
    const { minUs, maxUs } = spanOfSlice(slice, span)
    const last = spans.at(-1)
    if (last && last.maxUs + 1 >= minUs) last.maxUs = maxUs
    else if (minUs <= maxUs) spans.push({ minUs, maxUs })
  }
  return spans
}

/**
 * Where the bits of a value are, for whoever reads filters elsewhere: each modulo the bits of the filter, counted from
 * the lowest of the first byte, as PostgreSQL's `get_bit` does.
 */
export function traceBits(hash: number): number[] {
  const { start, step, count } = probesOf(hash)
  return Array.from({ length: count }, (_, index) => (start + Math.imul(index, step)) & (bitsMax - 1))
}

function sliceOf(us: number, { minUs, maxUs }: TimeSpan): number {
  return Math.floor(((us - minUs) * slices) / (maxUs - minUs + 1))
}

function spanOfSlice(slice: number, { minUs, maxUs }: TimeSpan): TimeSpan {
  const width = (maxUs - minUs + 1) / slices
  return { minUs: minUs + Math.ceil(slice * width), maxUs: minUs + Math.ceil((slice + 1) * width) - 1 }
}

function setAll(filter: Buffer, { start, step, count }: TraceProbes): void {
  const mask = filter.length * 8 - 1
  for (let index = 0, probe = start; index < count; index += 1, probe = (probe + step) | 0) {
    const byte = (probe & mask) >>> 3
    filter[byte] = (filter[byte] ?? 0) | (1 << (probe & 7))
  }
}

function hasAll(filter: Buffer, { start, step, count }: TraceProbes): boolean {
  const mask = filter.length * 8 - 1
  for (let index = 0, probe = start; index < count; index += 1, probe = (probe + step) | 0) {
    const byte = filter[(probe & mask) >>> 3] ?? 0
    if ((byte & (1 << (probe & 7))) === 0) return false
  }
  return true
}
