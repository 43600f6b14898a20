import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeTuple, idOfUuid, splitTuples } from '@logboom/contracts'
import type { BatchJob, JobStream } from '@logboom/contracts'
import { buildJobs } from './build-jobs.ts'
import type { AcceptedEntry } from './sort-entries.ts'

const batch = {
  agent_id: 'agent',
  batch_id: 'batch',
  instance: '',
  batch_number: null,
  request_id: 'request',
  created_us: 1,
}

function stream(id: string): JobStream {
  const links = { deployment_object_id: null, work_order_id: null }
  return {
    id,
    namespace: 'n',
    pod_name: id,
    pod_uid: null,
    container_name: null,
    node: null,
    labels: {},
    ...links,
  }
}

const streams = ['1', '2', '3'].map(stream)

/** An entry whose message stands for what is not given. */
function entryOf(given: {
  us?: number
  message?: string
  severity?: number | null
  of?: JobStream
  name?: string
}): AcceptedEntry {
  const { us = 5, message = 'x', severity = null, of = stream('1'), name = '' } = given
  return {
    time: { us, ns: 0 },
    createdUs: 1,
    streamId: BigInt(of.id),
    id: idOfUuid(Buffer.from(name.padStart(16, '0')).toString('hex')),
    seq: 0,
    originalBytes: null,
    retentionClass: 1,
    severity,
    flags: 0,
    message,
    groupId: null,
    attributes: null,
    stream: of,
    messageBytes: Buffer.byteLength(message),
  }
}

const batches = fc
  .array(
    fc.record({
      us: fc.integer({ min: 0, max: 50 }).map((second) => second * 30e6),
      of: fc.constantFrom(...streams),
      length: fc.integer({ min: 1, max: 300_000 }),
      severity: fc.constantFrom(null, 9, 17),
    }),
    { maxLength: 30 },
  )
  .map((given) =>
    given
      .map(({ length, ...one }, index) =>
        entryOf({ ...one, name: String(index), message: 'x'.repeat(length) }),
      )
      .sort((a, b) => a.time.us - b.time.us),
  )

const build = (entries: AcceptedEntry[]) =>
  buildJobs(batch, entries, [], (rows, part) => `job-${part} of ${rows}`)
const rowsOf = (jobs: BatchJob[]) => jobs.flatMap(({ rows }) => splitTuples(rows)).map(decodeTuple)
const minuteOf = (entry: AcceptedEntry) => Math.floor(entry.time.us / 60e6)

describe('the jobs of a batch', () => {
  test('hold every line exactly once, in order, and count right', () => {
    fc.assert(
      fc.property(batches, (entries) => {
        const jobs = build(entries)
        expect(rowsOf(jobs).map(({ message }) => message)).toEqual(entries.map(({ message }) => message))
        for (const { header, rows } of jobs) {
          expect(splitTuples(rows)).toHaveLength(header.entries)
          expect(header.parts).toBe(jobs.length)
          expect(header.counts.reduce((sum, one) => sum + one.rows, 0)).toBe(header.entries)
          const counted = new Set(header.counts.map((one) => one.stream))
          expect(new Set(header.streams.map(({ id }) => id))).toEqual(counted)
        }
        const bytes = jobs.flatMap(({ header }) => header.counts).reduce((sum, one) => sum + one.bytes, 0)
        expect(bytes).toBe(entries.reduce((sum, one) => sum + one.messageBytes, 0))
        expect(new Set(jobs.flatMap(({ header }) => header.counts.map(({ minute }) => minute)))).toEqual(
          new Set(entries.map(minuteOf)),
        )
      }),
      { numRuns: 30 },
    )
  })

  test('have times of their own, and about 1 MiB where times allow', () => {
    fc.assert(
      fc.property(batches, (entries) => {
        const headers = build(entries).map(({ header }) => header)
        const starts = headers.slice(1).map(({ min_us }) => min_us ?? 0)
        const ends = headers.slice(0, -1).map(({ max_us }) => max_us ?? 0)
        expect(ends.every((end, part) => end < (starts[part] ?? 0))).toBe(true)
        const large = build(entries).filter(({ header }) => header.min_us !== header.max_us)
        // one time may hold many lines, and may be the last of its job
        const bytesAt = (us: number) =>
          entries.reduce((sum, one) => (one.time.us === us ? sum + one.messageBytes + 120 : sum), 0)
        const largestTime = Math.max(0, ...entries.map(({ time }) => bytesAt(time.us)))
        expect(large.every(({ rows }) => rows.length <= 1_048_576 + largestTime)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('are counted by stream, minute, level and class', () => {
    const one = (minute: number, severity: number | null, of = stream('1')) =>
      entryOf({ us: minute * 60e6, severity, of, message: '1234567890' })
    const other = { ...one(1, 9), retentionClass: 2 }
    const [job] = build([one(1, 9), one(1, 9), one(1, null), other, one(1, 9, stream('2')), one(2, 9)])
    expect(
      job?.header.counts.map((count) => [
        count.stream,
        count.retention_class,
        count.minute,
        count.severity,
        count.rows,
        count.bytes,
      ]),
    ).toEqual([
      ['1', 1, 1, 9, 2, 20],
      ['1', 1, 1, null, 1, 10],
      ['1', 2, 1, 9, 1, 10],
      ['2', 1, 1, 9, 1, 10],
      ['1', 1, 2, 9, 1, 10],
    ])
  })

  test('are cut by bytes, not by characters', () => {
    const wide = (us: number) => entryOf({ us, message: '€'.repeat(200_000) })
    expect(build([wide(1), wide(2)])).toHaveLength(2)
    expect(build([wide(1), wide(1)])).toHaveLength(1)
  })

  test('have other ids when the same body is cut in other places', () => {
    const row = (us: number) => entryOf({ us, name: `row-${us}`, message: 'x'.repeat(600_000) })
    const [first, second] = build([row(1), row(2), row(3)])
    const [shifted] = build([row(2), row(3)])
    expect(shifted?.header.job_id).not.toBe(first?.header.job_id)
    expect(shifted?.rows).toEqual(second?.rows)
  })

  test('carry the report of how far their sender has read in the first', () => {
    const row = (us: number) => entryOf({ us, name: `row-${us}`, message: 'x'.repeat(600_000) })
    const report = { until_ns: '1', behind: [] }
    const jobs = buildJobs(
      { ...batch, read_report: report },
      [row(1), row(2)],
      [],
      (_, part) => `job-${part}`,
    )
    expect(jobs.map(({ header }) => header.read_report)).toEqual([report, undefined])
  })

  test('are one even when nothing is left, and the gaps are in the first', () => {
    expect(build([])).toMatchObject([
      { header: { job_id: 'job-0 of   0', entries: 0, min_us: null, max_us: null, parts: 1 } },
    ])
  })
})
