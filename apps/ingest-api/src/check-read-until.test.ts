import { behindMax } from '@logboom/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkIdleReadUntil, checkReadUntil } from './check-read-until.ts'

const receivedUs = Date.UTC(2026, 2, 1, 12) * 1000
const clock = { sentUs: null, receivedUs, futureSkewUsMax: 3_600e6 }

function check(readUntil: unknown, changes: Partial<typeof clock> | { sentUs: number } = {}) {
  return checkReadUntil({ readUntil, instance: 'a', batchNumber: 1 }, { ...clock, ...changes })
}

/** A time so many seconds from receipt, as nanoseconds. */
const ns = (seconds: number, nanos = 0) => String(BigInt(receivedUs + seconds * 1e6) * 1000n + BigInt(nanos))

describe('what a sender says of how far it has read', () => {
  test('is brought into the form of the database, to the nanosecond', () => {
    const told = {
      until: '2026-03-01T12:59:59.123456789+01:00',
      behind: [
        { namespace: 'n', pod_name: 'p', until: null, of_a_newer_agent: 1 },
        { namespace: 'n\0', pod_name: 'p'.repeat(300), container_name: 'c', until: '2026-03-01T11:59:00Z' },
        { namespace: 'n', pod_name: 'q', container_name: '', until: '2026-03-01T11:59:00Z' },
      ],
    }
    expect(check(told)).toEqual({
      rejected: null,
      report: {
        until_ns: ns(-1, 123_456_789),
        behind: [
          { namespace: 'n', pod_name: 'p', container_name: null, until_ns: null },
          { namespace: 'n\u{fffd}', pod_name: 'p'.repeat(253), container_name: 'c', until_ns: ns(-60) },
          { namespace: 'n', pod_name: 'q', container_name: null, until_ns: ns(-60) },
        ],
      },
    })
    expect(check({ until: null }).report).toEqual({ until_ns: null, behind: [] })
    for (const nothing of [undefined, null]) expect(check(nothing)).toEqual({ report: null, rejected: null })
  })

  test('never reaches into our future, nor before 1970', () => {
    const untilOf = (until: string, sentUs?: number) =>
      check({ until }, sentUs === undefined ? {} : { sentUs }).report?.until_ns
    expect(untilOf('2026-03-01T12:30:00Z')).toBe(ns(0))
    expect(untilOf('1900-01-01T00:00:00Z')).toBe('0')
    // a clock that is days ahead is known by what it said when it sent
    const ahead = receivedUs + 10 * 86_400e6
    expect(untilOf('2026-03-11T11:59:58Z', ahead)).toBe(ns(-2))
    expect(untilOf('2026-03-11T12:30:00Z', ahead)).toBe(ns(0))
  })

  test.each([
    [1, ': '],
    ['x', ': '],
    [[], ': '],
    [{}, '.until: '],
    [{ until: 5 }, '.until: '],
    [{ until: 'yesterday' }, '.until: must be RFC 3339'],
    [{ until: '2026-03-01T13:00:01Z' }, '.until: is too far in the future'],
    [{ until: '9999-12-31T23:59:59Z' }, '.until: is too far in the future'],
    [{ until: null, behind: {} }, '.behind: '],
    [{ until: null, behind: [null] }, '.behind.0: '],
    [{ until: null, behind: [{ namespace: '', pod_name: 'p', until: null }] }, '.behind.0.namespace: '],
    [{ until: null, behind: [{ namespace: 'n', pod_name: 'p', until: 'x' }] }, '.behind.0.until: '],
    [
      { until: null, behind: Array(behindMax + 1).fill({ namespace: 'n', pod_name: 'p', until: null }) },
      '.behind: ',
    ],
  ])('%j is told to be at fault, where', (told, fault) => {
    const { report, rejected } = check(told)
    expect([report, rejected?.code]).toEqual([null, 'read_until_invalid'])
    expect(rejected?.detail).toContain(`read_until${fault}`)
  })

  test('needs an instance and a batch number, which it counts from', () => {
    const told = { until: null }
    for (const where of [
      { instance: '', batchNumber: 1 },
      { instance: 'a', batchNumber: null },
    ])
      expect(checkReadUntil({ readUntil: told, ...where }, clock).rejected?.code).toBe(
        'read_until_unnumbered',
      )
    expect(checkIdleReadUntil({ read_until: { ...told, after_batch: 0 } }, clock).rejected?.code).toBe(
      'read_until_unnumbered',
    )
  })

  test('counts after a batch when there is none that it came with', () => {
    const idle = (read_until: unknown) => checkIdleReadUntil({ read_until, instance: 'a' }, clock)
    expect(idle({ until: '2026-03-01T11:59:59Z', after_batch: 7 })).toEqual({
      report: { until_ns: ns(-1), behind: [] },
      rejected: null,
      afterBatch: 7,
    })
    for (const after_batch of [undefined, -1, 1.5, '1'])
      expect(idle({ until: null, after_batch }).rejected?.detail).toContain('read_until.after_batch: ')
  })

  test('whatever it is, is taken or told of; nothing is thrown', () => {
    const time = fc.oneof(
      fc.string(),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    )
    const until = fc.oneof(time, fc.constant(null), fc.anything())
    const behind = fc.array(
      fc.record({ namespace: fc.string(), pod_name: fc.string(), container_name: fc.anything(), until }),
    )
    const told = fc.oneof(fc.anything(), fc.record({ until, behind }))
    const property = fc.property(told, fc.option(fc.integer(), { nil: null }), (readUntil, sentUs) => {
      const { report, rejected } = checkReadUntil(
        { readUntil, instance: 'a', batchNumber: 1 },
        { ...clock, sentUs },
      )
      const times = [report?.until_ns, ...(report?.behind ?? []).map((one) => one.until_ns)]
      return (
        (report === null || rejected === null) &&
        times.every((one) => one == null || (BigInt(one) >= 0n && BigInt(one) <= BigInt(receivedUs) * 1000n))
      )
    })
    expect(() => fc.assert(property, { numRuns: 2_000 })).not.toThrow()
  })
})
