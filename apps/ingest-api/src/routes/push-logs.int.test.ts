import zlib from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { collectJobs, rowsOf } from './collect-jobs-fixture.ts'
import { freshEntry, openIngest } from './push-fixture.ts'
import type { TestIngest } from './push-fixture.ts'

let ingest: TestIngest
let queue: ReturnType<typeof collectJobs>

beforeAll(async () => {
  ingest = await openIngest()
  queue = collectJobs(ingest.redisUrl)
})

afterAll(async () => {
  await queue.consumer.close()
  await ingest.close()
})

afterEach(() => ingest.checkSums())

/** The body of the requirement, to the letter but for the time of the line. */
const required = (timestamp: string) => `{
  "logs": [
    {
      "timestamp": "${timestamp}",
      "namespace": "production",
      "pod_name": "my-app-7d4f8b9c5-x2k9p",
      "container_name": "app",
      "level": "INFO",
      "message": "Server started on port 8080",
      "deployment_object_id": "uuid-optional",
      "work_order_id": "uuid-optional"
    }
  ]
}`

describe('the body of the requirement', () => {
  test('is taken with received and stored; its links, being no ids, are counted', async () => {
    const { status, body, headers } = await ingest.push(required(new Date().toISOString()))
    expect(status).toBe(201)
    expect(body).toEqual({ received: 1, stored: 1, batch_id: expect.any(String), unlinked: 1 })
    expect(headers.get('content-type')).toMatch('application/json')
    const [job] = await queue.of(body['batch_id'])
    expect(job?.header.streams).toMatchObject([
      {
        namespace: 'production',
        pod_name: 'my-app-7d4f8b9c5-x2k9p',
        container_name: 'app',
        work_order_id: null,
      },
    ])
    expect(rowsOf(job ? [job] : [])).toMatchObject([
      { severity: '9', message: 'Server started on port 8080' },
    ])
  })

  test('with its own old time has expired, which is no error', async () => {
    const { status, body } = await ingest.push(required('2025-01-15T10:30:00.123Z'))
    expect(status).toBe(201)
    expect(body).toEqual({ received: 1, stored: 0, expired: 1, batch_id: expect.any(String) })
  })
})

const plain = (bytes: Buffer) => bytes
const encodings: [string, string, (bytes: Buffer) => Buffer][] = [
  ['identity', 'identity', plain],
  ['gzip', 'gzip', (bytes) => zlib.gzipSync(bytes)],
  ['deflate', 'deflate', (bytes) => zlib.deflateSync(bytes)],
  ['deflate without its header', 'deflate', (bytes) => zlib.deflateRawSync(bytes)],
  ['br', 'br', (bytes) => zlib.brotliCompressSync(bytes)],
  ['zstd', 'zstd', (bytes) => zlib.zstdCompressSync(bytes)],
]

describe('every encoding', () => {
  test.each(encodings)('%s carries JSON and lines, to the nanosecond', async (name, encoding, encode) => {
    const entries = [freshEntry({ message: `ä€😀\t\\ ${name}` }), freshEntry({ level: 'warning' })]
    const json = encode(Buffer.from(JSON.stringify({ logs: entries })))
    const lines = encode(Buffer.from(entries.map((one) => `${JSON.stringify(one)}\r\n`).join('\n')))
    const headers = { 'Content-Encoding': encoding }
    for (const answer of [
      await ingest.push(json, { headers }),
      await ingest.push(lines, { headers: { ...headers, 'Content-Type': 'application/x-ndjson' } }),
    ]) {
      expect([answer.status, answer.body['stored']]).toEqual([201, 2])
      const rows = rowsOf(await queue.of(answer.body['batch_id']))
      expect(rows.map(({ message }) => message)).toContain(`ä€😀\t\\ ${name}`)
      expect(rows.map(({ suborder }) => Number(suborder) >> 21)).toEqual([789, 789])
    }
  })
})

describe('lines', () => {
  test('have gaps among them, and the broken one is rejected by its place', async () => {
    const gap = {
      namespace: 'n',
      pod_name: 'p',
      from: '2026-01-01T00:00:00Z',
      to: '2026-01-01T00:01:00Z',
      reason: 'rotated',
    }
    const lines = [freshEntry(), { gap }, '{"timestamp":', freshEntry({ message: 'last' })]
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
    const headers = { 'Content-Type': 'application/x-ndjson', 'Idempotency-Key': 'lines' }
    const { status, body } = await ingest.push(text, { headers })
    expect(status).toBe(201)
    expect(body).toEqual({
      received: 3,
      stored: 2,
      batch_id: 'lines',
      rejected: [{ index: 1, code: 'malformed_json', detail: expect.any(String) }],
    })
    const [job] = await queue.of('lines')
    expect(job?.header.gaps).toMatchObject([{ reason: 'rotated', lines: null }])
  })
})

describe('a batch', () => {
  test('is taken in part, with a reason for each entry that is not', async () => {
    const entries = [
      freshEntry(),
      freshEntry({ message: undefined }),
      freshEntry({ timestamp: '2020-01-01T00:00:00Z' }),
      freshEntry({ timestamp: new Date(Date.now() + 7_200_000).toISOString() }),
      'text',
    ]
    const { status, body } = await ingest.push({ logs: entries, batch_id: 'partly' })
    expect([status, body['received'], body['stored'], body['expired']]).toEqual([201, 5, 1, 1])
    expect(body['rejected']).toEqual([
      { index: 1, code: 'message_missing', detail: 'message is required' },
      { index: 3, code: 'timestamp_in_future', detail: expect.any(String) },
      { index: 4, code: 'not_an_object', detail: expect.any(String) },
    ])
    expect(rowsOf(await queue.of('partly'))).toHaveLength(1)
  })

  test('of which nothing is valid is 422 with the same list', async () => {
    const { status, headers, body } = await ingest.push({ logs: [freshEntry({ pod_name: '' }), null] })
    expect(status).toBe(422)
    expect(headers.get('content-type')).toMatch('application/problem+json')
    expect(body).toMatchObject({ code: 'all_entries_rejected', received: 2, stored: 0 })
    expect(body['rejected']).toMatchObject([{ index: 0, code: 'pod_name_invalid' }, { index: 1 }])
  })

  test('may be empty, and may be only gaps', async () => {
    expect((await ingest.push({ logs: [] })).body).toEqual({
      received: 0,
      stored: 0,
      batch_id: expect.any(String),
    })
    const { status, body } = await ingest.push({ logs: [], gaps: [{ nonsense: true }] })
    expect([status, body['rejected_gaps']]).toMatchObject([201, [{ index: 0, code: 'gap_invalid' }]])
  })

  test('that is numbered reaches the writer even when nothing of it is left, were it refused', async () => {
    const headers = (number: string) => ({ 'Logboom-Instance': 'pod', 'Logboom-Batch-Number': number })
    const old = freshEntry({ timestamp: '2020-01-01T00:00:00Z' })
    await ingest.push({ logs: [old], batch_id: 'numbered 1' }, { headers: headers('1') })
    expect(
      (await ingest.push({ logs: [null], batch_id: 'numbered 2' }, { headers: headers('2') })).status,
    ).toBe(422)
    const found = [...(await queue.of('numbered 1')), ...(await queue.of('numbered 2'))]
    expect(found.map(({ header }) => [header.instance, header.batch_number, header.entries])).toEqual([
      ['pod', 1, 0],
      ['pod', 2, 0],
    ])
  })

  test('above 1 MiB becomes several jobs that hold every line once', async () => {
    const entries = Array.from({ length: 60 }, (_, index) =>
      freshEntry({ message: `${index} ${'x'.repeat(60_000)}` }),
    )
    entries.forEach((one, index) => (one['timestamp'] = new Date(Date.now() - index).toISOString()))
    expect((await ingest.push({ logs: entries, batch_id: 'large' })).status).toBe(201)
    const jobs = await queue.of('large')
    expect(jobs.length).toBeGreaterThan(2)
    const numbers = rowsOf(jobs).map(({ message }) => Number.parseInt(message ?? '', 10))
    expect(numbers.toSorted((a, b) => a - b)).toEqual(entries.map((_, index) => index))
  })

  test('with keys called __proto__ and fields that nobody knows is like any other', async () => {
    const odd = JSON.stringify(freshEntry({ x: 1 })).replace(
      '{',
      '{"__proto__":{"message":"no"},"constructor":{},',
    )
    const body = `{"__proto__":{"batch_id":"no"},"constructor":1,"more":[],"batch_id":"odd","logs":[${odd}]}`
    expect((await ingest.push(body)).body).toEqual({ received: 1, stored: 1, batch_id: 'odd' })
    expect(rowsOf(await queue.of('odd'))).toMatchObject([{ message: 'hello' }])
  })

  test("of a node whose clock is off loses nothing, by the sender's clock", async () => {
    const day = 86_400_000
    const then = new Date(Date.now() - day).toISOString()
    const { body } = await ingest.push({ logs: [freshEntry({ timestamp: then })], sent_at: then })
    expect(body).toMatchObject({ stored: 1 })
  })
})
