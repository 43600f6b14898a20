import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { until } from '@logboom/testing'
import { describe, expect, test, vi } from 'vitest'
import { useAgentBench } from '../agent-bench-fixture.ts'
import type { Behaviour, ReceivedPush } from '../fake-broker-fixture.ts'

const bench = useAgentBench()

function write(count: number, text = (index: number) => `line ${index}`): string[] {
  const lines = Array.from({ length: count }, (_, index) => text(index))
  appendFileSync(bench.logs, lines.map((line) => `${line}\n`).join(''))
  return lines
}

/** Answers with each behaviour once, then keeps. */
function script(...behaviours: Behaviour[]): void {
  bench.broker.behave = () => behaviours.shift() ?? 'keep'
}

const problem = (status: number, members: object): Behaviour => ({
  status,
  headers: { 'Content-Type': 'application/problem+json' },
  body: JSON.stringify({ status, ...members }),
})

test('a quiet agent whose key is not known says so, with what to look at', async () => {
  bench.broker.beatStatus = 401
  const agent = await bench.start()
  const told = () => agent.logged().filter((line) => line.includes('the broker takes no heartbeat'))
  await until(() => told().length > 0, { what: 'a warning' })
  expect(JSON.parse(told()[0] ?? '{}')).toMatchObject({ level: 'warn', reason: '401' })
  expect(told()[0]).toContain('AGENT_PAK')
})

describe('what passes is repeated, with the same body and key', () => {
  test.each<[string, Behaviour]>([
    ['a dropped connection', 'drop'],
    ['an answer that never arrives', 'keep and drop'],
    ['a hanging broker', 'hang'],
    ['an answer that stops in the middle', 'stall'],
    ['408', { status: 408 }],
    ['409', { status: 409 }],
    ['425', { status: 425 }],
    ['429', { status: 429 }],
    ['500', { status: 500 }],
    ['503', { status: 503 }],
    ['404', { status: 404 }],
    ['a redirect', { status: 302, headers: { Location: 'http://192.0.2.1/login' } }],
    [
      'the page of a captive portal',
      { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>' },
    ],
    ['a page that says 400', { status: 400, headers: { 'Content-Type': 'text/html' }, body: '<html>' }],
    ['an answer that counts wrongly', { status: 201, body: '{"received":1,"stored":1,"batch_id":"x"}' }],
    ['an answer without end', { status: 201, body: 'x'.repeat(3_000_000) }],
  ])('%s', async (_what, behaviour) => {
    script(behaviour)
    const lines = write(3)
    await bench.start({ REQUEST_TIMEOUT_MS: '300' })
    await until(() => bench.broker.pushes.length >= 2, { what: 'a repeat' })
    await until(() => new Set(bench.messages()).size === 3, { what: 'all lines' })
    const [first, second] = bench.broker.pushes
    expect({ key: second?.key, body: second?.body, number: second?.number }).toEqual({
      key: first?.key,
      body: first?.body,
      number: 1,
    })
    expect(bench.messages().slice(-3)).toEqual(lines)
    expect(bench.broker.gaps()).toEqual([])
  })

  test('Retry-After is kept to, and longer than the backoff would be', async () => {
    script({ status: 503, headers: { 'Retry-After': '1' } })
    write(1)
    await bench.start()
    await until(() => bench.messages().length === 1, { what: 'the line' })
    const [first, second] = bench.broker.pushes
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(1_000)
  })

  test('an outage is told once when it begins and once when it ends', async () => {
    script(...Array<Behaviour>(6).fill({ status: 503 }))
    write(1)
    const agent = await bench.start()
    await until(() => bench.messages().length === 1, { what: 'the line' })
    const told = () => agent.logged().filter((line) => line.includes('the broker takes'))
    await until(() => told().length === 2, { what: 'both messages' })
    write(1)
    await until(() => bench.messages().length === 2, { what: 'the next line' })
    expect(told()).toHaveLength(2)
  })
})

describe('credentials', () => {
  test.each([401, 403])(
    'after a %d the key file is read again, and the spool keeps growing meanwhile',
    async (status) => {
      writeFileSync(bench.file('pak'), 'old-key\n')
      bench.broker.behave = ({ authorization }) => (authorization === 'Bearer new-key' ? 'keep' : { status })
      write(2)
      const agent = await bench.start({ AGENT_PAK: '', AGENT_PAK_FILE: bench.file('pak') })
      await until(() => bench.broker.pushes.length > 1, { what: 'a refused repeat' })
      write(1)
      writeFileSync(bench.file('pak'), 'new-key\n')
      await until(() => bench.messages().length === 3, { what: 'all lines' })
      expect(agent.logged().join()).not.toMatch(/old-key|new-key/)
    },
  )

  test('a key file that is not there yet is waited for', async () => {
    write(1)
    const agent = await bench.start({ AGENT_PAK: '', AGENT_PAK_FILE: bench.file('pak') })
    await until(() => agent.logged().some((line) => line.includes('pak_unreadable')), {
      what: 'a warning',
    })
    writeFileSync(bench.file('pak'), 'key\n')
    await until(() => bench.messages().length === 1, { what: 'the line' })
  })
})

describe('what is refused as a whole', () => {
  const all = { BUFFER_SIZE: '1000', FLUSH_INTERVAL_SECONDS: '1' }

  test('a batch that is too large goes in parts, and an empty one takes its number', async () => {
    bench.broker.behave = ({ entries }) => (entries.length > 30 ? { status: 413 } : 'keep')
    const lines = write(100)
    await bench.start(all)
    await until(() => bench.broker.kept().some(({ number }) => number === 1), { what: 'the number' })
    expect(bench.messages()).toEqual(lines)
    expect(bench.broker.kept().at(-1)).toMatchObject({ number: 1, entries: [] })
    expect(new Set(bench.broker.kept().map(({ key }) => key)).size).toBe(bench.broker.kept().length)
  })

  test('of a batch with a poison entry only that entry is lost, with few requests, a dead letter and a gap', async () => {
    const hasPoison = ({ entries }: ReceivedPush) => entries.some(({ message }) => message === 'line 437')
    bench.broker.behave = (push) => (hasPoison(push) ? problem(422, { code: 'invalid_body' }) : 'keep')
    const lines = write(1_000)
    await bench.start(all)
    await until(() => bench.broker.gaps().length === 1, { what: 'the gap' })
    expect(bench.messages().toSorted()).toEqual(lines.filter((line) => line !== 'line 437').toSorted())
    expect(bench.broker.gaps()[0]).toMatchObject({
      reason: 'rejected',
      lines: 1,
      exact: true,
      container_name: 'app.log',
    })
    expect(bench.broker.pushes.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(1_000)) + 4)
    expect(readFileSync(bench.file('spool/dead-letters.ndjson'), 'utf8')).toContain('line 437')
  })

  test('a list of what is wrong with every entry is believed at once', async () => {
    const rejected = (sent: number) =>
      Array.from({ length: sent }, (_, index) => ({ index, code: 'field_too_long', detail: 'namespace' }))
    bench.broker.behave = ({ entries }) =>
      entries.length > 0
        ? problem(422, { code: 'all_entries_rejected', rejected: rejected(entries.length) })
        : 'keep'
    write(50)
    await bench.start(all)
    await until(() => bench.broker.gaps().length === 1, { what: 'the gap' })
    expect(bench.broker.gaps()[0]).toMatchObject({ reason: 'rejected', lines: 50, exact: true })
    expect(bench.broker.kept()[0]).toMatchObject({ number: 1, entries: [] })
  })

  test('parts are the same after a restart in the middle', async () => {
    let partsKept = 0
    bench.broker.behave = ({ entries, number }) => {
      if (entries.length > 30) return { status: 413 }
      if (number === null && (partsKept += 1) > 1) return 'hang'
      return 'keep'
    }
    const lines = write(100)
    const first = await bench.start({ ...all, SHUTDOWN_GRACE_MS: '300' })
    await until(() => bench.broker.pushes.filter(({ number }) => number === null).length > 2, {
      what: 'parts',
    })
    await first.stop()
    bench.broker.behave = ({ entries }) => (entries.length > 30 ? { status: 413 } : 'keep')
    await bench.start(all)
    await until(() => bench.broker.kept().some(({ number }) => number === 1), { what: 'the number' })
    for (const pushes of Map.groupBy(bench.broker.pushes, ({ key }) => key).values()) {
      expect(new Set(pushes.map(({ body }) => body)).size).toBe(1)
    }
    const unique = new Map(bench.broker.kept().map(({ key, entries }) => [key, entries]))
    expect([...unique.values()].flat().map(({ message }) => message)).toEqual(lines)
  })
})

describe('what is taken in part', () => {
  const answer = (members: object) => (push: ReceivedPush) => ({
    status: 201,
    keep: true,
    body: JSON.stringify({ received: push.entries.length, stored: 0, batch_id: push.key, ...members }),
  })

  test('a rejected entry becomes a gap in the next batch', async () => {
    const rejected = [{ index: 1, code: 'timestamp_in_future', detail: '' }]
    const once = answer({ rejected, rejected_gaps: [{ index: 0, code: 'gap_invalid', detail: '' }] })
    bench.broker.behave = (push) => (push.number === 1 ? once(push) : 'keep')
    write(3)
    const { registry } = await bench.start()
    await until(() => bench.broker.gaps().length > 0, { what: 'the gap' })
    const [entry] = bench.broker.entries().slice(1)
    expect(bench.broker.gaps()).toEqual([
      {
        namespace: 'host',
        pod_name: 'test-host',
        container_name: 'app.log',
        from: entry?.timestamp,
        to: entry?.timestamp,
        lines: 1,
        reason: 'rejected',
        exact: true,
      },
    ])
    expect(await registry.metrics()).toContain('logboom_agent_sent_lines_total 2')
  })

  test('expired entries become a gap, also when the agent dies before it could tell', async () => {
    const once = answer({ expired: 3 })
    bench.broker.behave = (push) => (push.number === 1 ? once(push) : 'drop')
    write(3)
    const first = await bench.start({ SHUTDOWN_GRACE_MS: '200' })
    await until(() => bench.broker.pushes.length > 1, { what: 'an attempt to tell' })
    await first.stop()
    rmSync(bench.file('spool/0000000000000002.batch'))
    bench.broker.behave = () => 'keep'
    await bench.start()
    await until(() => bench.broker.gaps().length > 0, { what: 'the gap' })
    expect(bench.broker.gaps()[0]).toMatchObject({ reason: 'expired', lines: 3, exact: true })
  })
})

describe('limits', () => {
  test('while no request is allowed, lines gather into batches as large as the broker takes', async () => {
    bench.broker.limits = {
      ...bench.broker.limits,
      requests_per_minute: 60,
      request_burst: 2,
      max_entries_per_request: 400,
    }
    write(1)
    await bench.start()
    await until(() => bench.messages().length === 1, { what: 'the first line' })
    const lines = write(1_000)
    await until(() => bench.messages().length === 1_001, { what: 'all lines', timeoutMs: 10_000 })
    expect(bench.messages().slice(1)).toEqual(lines)
    const sizes = bench.broker.kept().map(({ entries }) => entries.length)
    expect(Math.max(...sizes)).toBe(400)
    expect(sizes.length).toBeLessThanOrEqual(5)
  })

  test('a broker that does not tell its limits is met with the defaults', async () => {
    bench.broker.limits = null
    write(1)
    await bench.start()
    await until(() => bench.messages().length === 1, { what: 'the line' })
  })
})

test('an agent that was started under a wrong clock sends as of the right one once it was put right', async () => {
  const now = Date.now
  let aheadMs = 0
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs)
  try {
    await bench.start()
    aheadMs = -13 * 3_600_000
    write(1)
    await bench.expectMessages(['line 0'])
  } finally {
    clock.mockRestore()
  }
  const [push] = bench.broker.pushes
  const ageMs = Date.parse(push?.sentAt ?? '') - Date.parse(push?.entries[0]?.timestamp ?? '')
  expect(Math.abs(ageMs)).toBeLessThan(600_000)
})
