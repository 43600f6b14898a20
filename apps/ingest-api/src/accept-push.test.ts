import { decodeTuple, defaultAgentLimits, formatMicros, splitTuples } from '@logboom/contracts'
import type { RowFields } from '@logboom/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AcceptedPush } from './accept-push.ts'
import type { Link } from './known-links.ts'
import { accept, entry, push, receivedUs } from './accept-fixture.ts'

const gap = {
  namespace: 'n',
  pod_name: 'p',
  from: '2026-03-01T11:00:00Z',
  to: '2026-03-01T11:01:00Z',
  reason: 'rotated',
}

function rowsOf({ jobs }: Pick<AcceptedPush, 'jobs'>): RowFields[] {
  return jobs.flatMap(({ rows }) => splitTuples(rows)).map(decodeTuple)
}

const idsOf = async (...args: Parameters<typeof accept>) => rowsOf(await accept(...args)).map(({ id }) => id)

describe('the fates of entries', () => {
  test('add up, whatever was sent', async () => {
    const timestamp = fc.constantFrom(
      '2026-03-01T11:00:00Z',
      '2026-02-01T00:00:00Z',
      '2027-01-01T00:00:00Z',
      'x',
    )
    const any = fc.oneof(
      fc.jsonValue(),
      timestamp.map((at) => entry({ timestamp: at })),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(any, { maxLength: 20 }), async (entries) => {
        const accepted = await accept(push(entries))
        expect(accepted.entries + accepted.expired + accepted.rejected.length).toBe(entries.length)
        expect(rowsOf(accepted)).toHaveLength(accepted.entries)
      }),
    )
  })

  test('are judged one by one: the rest is stored', async () => {
    const entries = [
      entry(),
      entry({ timestamp: '2026-02-01T00:00:00Z' }),
      entry({ message: undefined }),
      entry({ timestamp: '2026-03-01T13:00:01Z' }),
    ]
    const accepted = await accept(push(entries))
    expect(accepted).toMatchObject({ entries: 1, expired: 1, isRefused: false })
    expect(accepted.rejected.map(({ index, code }) => [index, code])).toEqual([
      [2, 'message_missing'],
      [3, 'timestamp_in_future'],
    ])
  })

  test("go by the sender's clock where it is known", async () => {
    const skewed = entry({ timestamp: '2026-02-28T11:00:00Z' })
    expect((await accept(push([skewed]))).expired).toBe(1)
    expect((await accept(push([skewed], { sentUs: receivedUs - 24 * 3_600e6 }))).entries).toBe(1)
  })

  test('go by the retention of their namespace', async () => {
    const policy = {
      of: (_agentId: string, namespace: string) =>
        namespace === 'short' ? { classId: 2, retentionUs: 1e6 } : { classId: 1, retentionUs: 3_600e6 },
      refresh: async () => undefined,
    }
    const accepted = await accept(push([entry({ namespace: 'short' }), entry()]), { policy })
    expect(accepted).toMatchObject({ entries: 1, expired: 1 })
    expect(rowsOf(accepted)).toMatchObject([{ retention_class: '1' }])
  })
})

describe('a row', () => {
  test('has its time to the nanosecond, the receipt of its batch, and the index as order', async () => {
    const accepted = await accept(push([entry(), entry({ seq: 5 })]))
    const [first, second] = rowsOf(accepted)
    expect([first, second]).toContainEqual(
      expect.objectContaining({
        timestamp: '2026-03-01T11:59:00.123456Z',
        created_at: '2026-03-01T12:00:00.000000Z',
        suborder: String(789 * 2 ** 21),
        message: 'hello',
      }),
    )
    expect([first, second]).toContainEqual(expect.objectContaining({ suborder: String(789 * 2 ** 21 + 5) }))
  })

  test('has the same id in every repeat of its batch, with or without an entry_id', async () => {
    const entries = [entry(), entry(), entry({ entry_id: 'mine' })]
    const ids = await idsOf(push(entries))
    expect(new Set(ids).size).toBe(3)
    expect(await idsOf(push(entries))).toEqual(ids)
    expect(await idsOf(push(entries), { receiptClock: () => receivedUs + 7e6 })).toEqual(ids)
  })

  test('with an entry_id has the same id in other batches too, without one it has not', async () => {
    const [named] = await idsOf(push([entry({ entry_id: 'mine' })]))
    expect(await idsOf(push([entry(), entry({ entry_id: 'mine' })]), {}, { key: 'other' })).toContain(named)
    const [unnamed] = await idsOf(push([entry()]))
    expect(await idsOf(push([entry()]), {}, { key: 'other' })).not.toContain(unnamed)
  })

  test('keeps its id when an entry before it is rejected', async () => {
    const [id] = await idsOf(push([null, entry()]))
    expect(await idsOf(push([entry({ message: 'first' }), entry()]))).toContain(id)
  })

  test('comes in order of time and id, as the index wants it', async () => {
    const times = ['11:30:00', '11:10:00', '11:20:00', '11:10:00']
    const accepted = await accept(push(times.map((time) => entry({ timestamp: `2026-03-01T${time}Z` }))))
    const keys = rowsOf(accepted).map(({ timestamp, id }) => `${timestamp} ${id}`)
    expect(keys).toEqual(keys.toSorted())
  })

  test('is truncated by the limit of its agent', async () => {
    const limits = { ...defaultAgentLimits, max_message_bytes: 64 }
    const [row] = rowsOf(await accept(push([entry({ message: 'x'.repeat(65) })]), {}, { limits }))
    expect(row).toMatchObject({ message: 'x'.repeat(64), original_bytes: '65' })
  })
})

describe('links', () => {
  const good = '11111111-1111-4111-8111-111111111111'
  const wrong = new Set<Link>([
    'deployment_object 22222222-2222-4222-8222-222222222222',
    'work_order no uuid',
  ])
  const links = { wrong: async () => wrong }

  test('that are wrong become null and are counted by entry; right ones stay, in lower case', async () => {
    const entries = [
      entry({ deployment_object_id: good.toUpperCase(), work_order_id: 'No UUID' }),
      entry({ deployment_object_id: '22222222-2222-4222-8222-222222222222', work_order_id: 'no uuid' }),
      entry({ deployment_object_id: good }),
      entry(),
    ]
    const accepted = await accept(push(entries), { links })
    expect(accepted).toMatchObject({ entries: 4, unlinked: 2, rejected: [] })
    const [first] = accepted.jobs
    expect(
      first?.header.streams.map(({ deployment_object_id, work_order_id }) => [
        deployment_object_id,
        work_order_id,
      ]),
    ).toEqual(
      expect.arrayContaining([
        [good, null],
        [null, null],
      ]),
    )
    expect(first?.header.streams).toHaveLength(2)
  })
})

describe('a batch', () => {
  test('of which nothing is valid is refused; one that has expired is not, nor one that brings a gap', async () => {
    expect((await accept(push([null, 1]))).isRefused).toBe(true)
    expect((await accept(push([entry({ timestamp: '2026-01-01T00:00:00Z' })]))).isRefused).toBe(false)
    expect((await accept(push([null], { gaps: [gap] }))).isRefused).toBe(false)
    expect((await accept(push([]))).isRefused).toBe(false)
    expect((await accept(push([null], { gaps: [null] }))).isRefused).toBe(true)
  })

  test('with nothing to write makes no job, unless it is numbered: others wait for it', async () => {
    const expired = entry({ timestamp: '2026-01-01T00:00:00Z' })
    expect((await accept(push([expired]))).jobs).toEqual([])
    expect((await accept(push([]))).jobs).toEqual([])
    const { jobs } = await accept(push([expired], { batchNumber: 4, instance: 'i' }))
    expect(jobs).toMatchObject([{ header: { batch_number: 4, instance: 'i', batch_id: 'key', entries: 0 } }])
  })

  test('that is refused but numbered makes a job that does not stand for the same batch put right', async () => {
    const { jobs, isRefused } = await accept(push([null], { batchNumber: 4 }))
    expect(isRefused).toBe(true)
    expect(jobs).toMatchObject([{ header: { batch_number: 4, batch_id: 'key', entries: 0 } }])
    const { jobs: putRight } = await accept(push([entry()], { batchNumber: 4 }))
    expect(putRight[0]?.header.job_id).not.toBe(jobs[0]?.header.job_id)
  })

  test('has the same job and rows when it is repeated, and others when its key comes with another body', async () => {
    const take = async (bodyHash: string) => {
      const { jobs } = await accept(push([entry()]), {}, { bodyHash })
      return [jobs[0]?.header.job_id, rowsOf({ jobs })[0]?.id]
    }
    const [jobId, rowId] = await take('one body')
    expect(await take('one body')).toEqual([jobId, rowId])
    const [otherJobId, otherRowId] = await take('another body')
    expect(otherJobId).not.toBe(jobId)
    expect(otherRowId).not.toBe(rowId)
  })

  test('of a clock that is days off is stored in our time, with its own kept as attribute', async () => {
    const timestamp = '1970-01-01T00:00:10.000000001Z'
    const { jobs } = await accept(push([entry({ timestamp })], { sentUs: 15_000_000 }))
    const [row] = rowsOf({ jobs })
    expect(row?.timestamp).toBe(formatMicros(receivedUs - 5_000_000))
    expect(JSON.parse(row?.attributes ?? '')).toEqual({ sent_timestamp: timestamp })
  })

  test('of gaps alone is written', async () => {
    const accepted = await accept(push([], { gaps: [gap, {}] }))
    expect(accepted.jobs).toMatchObject([{ header: { entries: 0, gaps: [{ reason: 'rotated' }] } }])
    expect(accepted.rejectedGaps).toMatchObject([{ index: 1, code: 'gap_invalid' }])
  })
})
