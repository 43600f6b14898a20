import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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

function stream(id: string): AcceptedEntry['stream'] {
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

const accepted = fc
  .record({
    us: fc.integer({ min: 0, max: 50 }),
    stream: fc.constantFrom(...streams),
    lineBytes: fc.integer({ min: 1, max: 300_000 }),
    severity: fc.constantFrom(null, 9, 17),
    bytes: fc.nat(100),
  })
  .map(({ us, stream: of, lineBytes, severity, bytes }) => ({ us, of, lineBytes, severity, bytes }))

const batches = fc.array(accepted, { maxLength: 30 }).map((given) =>
  given
    .map(({ us, of, lineBytes, severity, bytes }, index): AcceptedEntry => ({
      us,
      id: String(index),
      line: `${index} ${'x'.repeat(lineBytes)}`,
      stream: of,
      count: { retention_class: 1, minute: us % 3, severity },
      bytes,
      attributes: null,
    }))
    .sort((a, b) => a.us - b.us),
)

function bytesAt(entries: AcceptedEntry[], us: number): number {
  return entries.reduce((sum, one) => (one.us === us ? sum + one.line.length + 1 : sum), 0)
}

const build = (entries: AcceptedEntry[]) =>
  buildJobs(batch, entries, [], (rows, part) => `job-${part} of ${rows}`)

describe('the jobs of a batch', () => {
  test('hold every line exactly once, in order, and count right', () => {
    fc.assert(
      fc.property(batches, (entries) => {
        const jobs = build(entries)
        expect(jobs.map(({ rows }) => rows.toString()).join('')).toBe(
          entries.map(({ line }) => `${line}\n`).join(''),
        )
        for (const { header, rows } of jobs) {
          expect(rows.toString().split('\n').length - 1).toBe(header.entries)
          expect(header.parts).toBe(jobs.length)
          expect(header.counts.reduce((sum, one) => sum + one.rows, 0)).toBe(header.entries)
          const counted = new Set(header.counts.map((one) => one.stream))
          expect(new Set(header.streams.map(({ id }) => id))).toEqual(counted)
        }
        const bytes = jobs.flatMap(({ header }) => header.counts).reduce((sum, one) => sum + one.bytes, 0)
        expect(bytes).toBe(entries.reduce((sum, one) => sum + one.bytes, 0))
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
        const largestTime = Math.max(0, ...entries.map(({ us }) => bytesAt(entries, us)))
        expect(large.every(({ rows }) => rows.length <= 1_048_576 + largestTime)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('are counted by stream, minute, level and class', () => {
    const one = (minute: number, severity: number | null, of = stream('1')): AcceptedEntry => ({
      us: 5,
      id: '',
      line: 'l',
      stream: of,
      count: { retention_class: 1, minute, severity },
      bytes: 10,
      attributes: null,
    })
    const [job] = build([one(1, 9), one(1, 9), one(1, null), one(2, 9), one(1, 9, stream('2'))])
    expect(
      job?.header.counts.map(({ stream: of, minute, severity, rows, bytes }) => [
        of,
        minute,
        severity,
        rows,
        bytes,
      ]),
    ).toEqual([
      ['1', 1, 9, 2, 20],
      ['1', 1, null, 1, 10],
      ['1', 2, 9, 1, 10],
      ['2', 1, 9, 1, 10],
    ])
  })

  test('are cut by bytes, not by characters', () => {
    const wide = (us: number): AcceptedEntry => ({
      us,
      id: '',
      line: '€'.repeat(200_000),
      stream: stream('1'),
      count: { retention_class: 1, minute: 0, severity: null },
      bytes: 600_000,
      attributes: null,
    })
    expect(build([wide(1), wide(2)])).toHaveLength(2)
    expect(build([wide(1), wide(1)])).toHaveLength(1)
  })

  test('have other ids when the same body is cut in other places', () => {
    const row = (us: number): AcceptedEntry => ({
      us,
      id: `row-${us}`,
      line: 'x'.repeat(600_000),
      stream: stream('1'),
      count: { retention_class: 1, minute: 0, severity: null },
      bytes: 600_000,
      attributes: null,
    })
    const [first, second] = build([row(1), row(2), row(3)])
    const [shifted] = build([row(2), row(3)])
    expect(shifted?.header.job_id).not.toBe(first?.header.job_id)
    expect(shifted?.rows).toEqual(second?.rows)
  })

  test('are one even when nothing is left, and the gaps are in the first', () => {
    expect(build([])).toMatchObject([
      { header: { job_id: 'job-0 of   0', entries: 0, min_us: null, max_us: null, parts: 1 } },
    ])
  })
})
