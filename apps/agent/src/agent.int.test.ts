import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { useAgentBench } from './agent-bench-fixture.ts'
import { version } from './version.ts'

const bench = useAgentBench()
const { expectMessages } = bench

test('a line arrives with host, base name, path, level, a nanosecond time and an id', async () => {
  writeFileSync(bench.logs, '2026-11-21 09:13:00 WARN disk is nearly full\nplain\n')
  const before = Date.now()
  await bench.start()
  await until(() => bench.broker.entries().length === 2, { what: 'two entries' })
  const [first, second] = bench.broker.entries()
  expect(first).toMatchObject({
    namespace: 'host',
    pod_name: 'test-host',
    container_name: 'app.log',
    labels: { path: bench.logs },
    level: 'WARN',
    message: '2026-11-21 09:13:00 WARN disk is nearly full',
    seq: 1,
  })
  expect(first?.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
  expect(Date.parse(first?.timestamp ?? '')).toBeGreaterThanOrEqual(before)
  expect(second?.level).toBeUndefined()
  expect(second?.entry_id).not.toBe(first?.entry_id)
  expect(BigInt(second?.timestamp.slice(20, 29) ?? '') - BigInt(first?.timestamp.slice(20, 29) ?? '')).toBe(
    1n,
  )
  expect(bench.broker.pushes[0]).toMatchObject({
    number: 1,
    authorization: `Bearer ${bench.env['AGENT_PAK']}`,
  })
})

test('CRLF, empty lines, split characters, NUL and invalid bytes are what they should be', async () => {
  const bytes = Buffer.concat([Buffer.from('a\r\n\r\n\nü€😀\nnul\0\nbad'), Buffer.from([0xff, 0x0a])])
  const split = bytes.indexOf(Buffer.from('€')) + 1
  writeFileSync(bench.logs, bytes.subarray(0, split))
  await bench.start({ PARTIAL_LINE_MS: '60000' })
  await until(() => bench.messages().length === 3, { what: 'the first three lines' })
  appendFileSync(bench.logs, bytes.subarray(split))
  await expectMessages(['a', '', '', 'ü€😀', 'nul\u{fffd}', 'bad\u{fffd}'])
})

test('a last line without newline is sent after a silence, and its rest is marked as continuation', async () => {
  writeFileSync(bench.logs, 'one\nbegin')
  await bench.start()
  await expectMessages(['one', 'begin'])
  appendFileSync(bench.logs, '-rest\nnext\n')
  await expectMessages(['one', 'begin', '-rest', 'next'])
  const [, begin, rest, next] = bench.broker.entries()
  expect(rest).toMatchObject({ group_id: begin?.entry_id, attributes: { continuation: true } })
  expect(next?.group_id).toBeUndefined()
})

test('when only the newline was missing, it adds no line', async () => {
  writeFileSync(bench.logs, 'begin')
  await bench.start()
  await expectMessages(['begin'])
  appendFileSync(bench.logs, '\r\nnext\n')
  await expectMessages(['begin', 'next'])
})

test('a line longer than the bounds is cut, counted, and followed by intact lines', async () => {
  writeFileSync(bench.logs, `${'x'.repeat(3_000_000)}\nnext\n`)
  await bench.start({ MAX_MESSAGE_LENGTH: '100' })
  await until(() => bench.messages().length === 2, { what: 'two lines' })
  const [cut, next] = bench.broker.entries()
  expect(cut?.message).toMatch(/^x{60,}…\[\+29999\d\d bytes\]$/)
  expect(Buffer.byteLength(cut?.message ?? '')).toBeLessThanOrEqual(100)
  expect(cut?.original_bytes).toBe(3_000_000)
  expect(next?.message).toBe('next')
})

test('an agent without a line to send says that it is alive, and of which version', async () => {
  await bench.start()
  await until(() => bench.broker.heartbeats.length > 0, { what: 'a heartbeat' })
  const instance = expect.any(String)
  expect(JSON.parse(bench.broker.heartbeats[0] ?? '')).toEqual({ instance, version })
})

test('lines below min_level are counted and not sent; lines without a level are sent', async () => {
  writeFileSync(bench.logs, '[DEBUG] a\n[INFO] b\n[ERROR] c\nno level\n')
  const { registry } = await bench.start({ MIN_LEVEL: 'WARN' })
  await expectMessages(['[ERROR] c', 'no level'])
  expect(await registry.metrics()).toContain('logboom_agent_dropped_lines_total{reason="min_level"} 2')
})

test('standard input is read to its end, also its last line, which ends an agent that follows nothing', async () => {
  const stdin = new PassThrough()
  const { life } = await bench.start({ STDIN: 'true', FOLLOW: '' }, { stdin })
  stdin.write('first\nsec')
  await until(() => bench.messages().length === 2, { what: 'the silence to send the open line' })
  stdin.end('ond\nlast')
  await life.closed
  expect(bench.messages()).toEqual(['first', 'sec', 'ond', 'last'])
  expect(bench.broker.entries()[0]).toMatchObject({ container_name: 'stdin', namespace: 'host' })
})

test('secrets reach neither the spool nor the wire', async () => {
  const secrets = ['K3sVbQ9wZtYx8uRm2pLh7nDf4cGj', 'hunter2hunter2', 'MIIEvQIBADANBgkqhkiG9w0BAQEF']
  bench.broker.behave = () => ({ status: 503 })
  const long = `${'p'.repeat(4_090)} password=${secrets[1]}`
  writeFileSync(
    bench.logs,
    `logboom_Ab3dEf9h_${secrets[0]}\npassword=${secrets[1]}\n-----BEGIN PRIVATE KEY-----\n${secrets[2]}\n-----END PRIVATE KEY-----\n${long}\n`,
  )
  await bench.start()
  await until(() => bench.broker.pushes.length > 0, { what: 'a first attempt' })
  // The body of a batch on disk is, byte for byte, the one that is sent.
  const spooled = bench.broker.pushes.map(({ body }) => body).join()
  for (const name of readdirSync(bench.file('spool'))) {
    const bytes = readFileSync(join(bench.file('spool'), name), 'latin1')
    for (const secret of secrets) expect(bytes).not.toContain(secret)
  }
  for (const secret of secrets) expect(spooled).not.toContain(secret)
  expect(spooled).toContain('-----BEGIN PRIVATE KEY-----[masked]')
})
