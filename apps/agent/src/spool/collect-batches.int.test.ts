import { PassThrough } from 'node:stream'
import type { Gap } from '@logboom/contracts'
import { createLogger, parseConfig } from '@logboom/service'
import { until } from '@logboom/testing'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { agentId } from '../agent-fixture.ts'
import { AgentConfig } from '../config.ts'
import { createMetrics } from '../metrics.ts'
import { createLineRules } from '../pipeline/line-rules.ts'
import { createFollowBoost } from '../shipper/follow-boost.ts'
import type { RawLine, Source } from '../sources/raw-line.ts'
import { createCollector } from './collect-batches.ts'
import type { CollectorDeps } from './collect-batches.ts'
import { freshMemory } from './position.ts'
import { unpackBody } from './push-body.ts'
import { position, sendNext, takeNext, useSpoolBench } from './spool-fixture.ts'
import type { Spool } from './spool.ts'

const bench = useSpoolBench()
const log = createLogger('agent', { level: 'error', destination: new PassThrough().resume() })

const env = { AGENT_ID: agentId, AGENT_PAK: 'logboom_x', BROKER_URL: 'http://127.0.0.1', MIN_LEVEL: 'TRACE' }
const rules = createLineRules(parseConfig('agent', AgentConfig, { env }))

function collectorOf(spool: Spool, more: Partial<CollectorDeps> = {}) {
  return createCollector({
    spool,
    log,
    rules: () => rules,
    metrics: createMetrics(new Registry()),
    pace: { bufferSize: 1_000, flushIntervalMs: 60_000 },
    dropsOldest: true,
    entriesMax: () => 1_000,
    mayShip: () => spool.unsent === 0,
    mayShipFollowed: () => true,
    boost: createFollowBoost(),
    signal: new AbortController().signal,
    ...more,
  })
}

interface TestSource extends Source {
  line(text: string, more?: Partial<RawLine>): RawLine
}

function source(containerName: string, more: Partial<Source> = {}): TestSource {
  let seq = 0
  const names = { namespace: 'n', podName: 'p', containerName, podUid: null, node: null }
  const made: TestSource = {
    key: containerName,
    names: { ...names, deploymentObjectId: null, workOrderId: null, labels: {} },
    memory: freshMemory(),
    seen: null,
    position: () => position(seq),
    readUntilUs: () => seq * 1e6,
    ...more,
    line(text, given = {}) {
      seq += 1
      const time = { us: 1_764_000_000e6 + seq, ns: 0 }
      const id = { seq, time, entryId: `${containerName}-${seq}` }
      return {
        source: made,
        text,
        ...id,
        output: null,
        rawBytes: text.length,
        lostBytes: 0,
        continues: null,
        ...given,
      }
    },
  }
  return made
}

async function sentBatches(spool: Spool): Promise<{ lane: string; messages: string[] }[]> {
  const batches: { lane: string; messages: string[] }[] = []
  while (spool.next()) {
    const { part, body } = await takeNext(spool)
    const { entries } = await unpackBody(body)
    batches.push({ lane: part.lane, messages: entries.map(({ message }) => message) })
    await spool.answered(part, [], { expired: 0, rejected: 0 })
    part.isTaken = false
  }
  return batches
}

/** All that is sent, and the gaps that were told or are to be. */
async function accountOf(spool: Spool): Promise<{ sent: string[]; gaps: Gap[] }> {
  const gaps = spool.untoldGaps().map(({ gap }) => gap)
  const sent: string[] = []
  while (spool.next()) {
    const { part, body } = await takeNext(spool)
    const content = await unpackBody(body)
    sent.push(...content.entries.map(({ message }) => message))
    gaps.push(...content.gaps)
    await spool.answered(part, [], { expired: 0, rejected: 0 })
    part.isTaken = false
  }
  return { sent, gaps }
}

test('without a backlog all goes in one part; with one, WARN and above go ahead, their stack traces too', async () => {
  const spool = await bench.open()
  const collector = collectorOf(spool)
  const app = source('app')
  const mixed = () => {
    void collector.push(app.line('INFO calm'))
    void collector.push(app.line('ERROR bad'))
    void collector.push(app.line('    at run (x.ts:1:2)'))
    void collector.push(app.line('no level'))
    return collector.flush()
  }
  await mixed()
  await mixed()
  expect(spool.waiting.map(({ parts }) => parts.length)).toEqual([1, 2])
  const all = ['INFO calm', 'ERROR bad', '    at run (x.ts:1:2)', 'no level']
  expect(await sentBatches(spool)).toEqual([
    { lane: 'urgent', messages: all.slice(1, 3) },
    { lane: 'rest', messages: all },
    { lane: 'rest', messages: [all[0], all[3]] },
  ])
})

test('the parts of a batch count the lines of each stream', async () => {
  const spool = await bench.open({ bytesMax: 3_000 })
  const collector = collectorOf(spool)
  const [a, b] = [source('a'), source('b')]
  let pushed = 0
  for (let round = 0; round < 12; round += 1) {
    for (const [one, text] of [
      [a, 'INFO'],
      [b, 'INFO'],
      [b, 'WARN'],
      [b, 'INFO'],
    ] as const) {
      await collector.push(one.line(`${text} ${Math.random()} ${Math.random()}`))
      pushed += 1
    }
    await collector.flush()
  }
  const { gaps, sent } = await accountOf(spool)
  expect(gaps.every(({ reason, exact }) => reason === 'spool_full' && exact)).toBe(true)
  expect(gaps.reduce((sum, { lines }) => sum + (lines ?? 0), 0) + sent.length).toBe(pushed)
  expect(new Set(gaps.map((gap) => gap.container_name))).toEqual(new Set(['a', 'b']))
})

test('while the spool is full, a file waits, and a container’s lines take the place of older ones', async () => {
  const spool = await bench.open({ bytesMax: 20_000 })
  const collector = collectorOf(spool)
  const [file, container] = [source('file', { keepsLines: true }), source('container')]
  while (spool.hasRoom()) {
    void collector.push(container.line(`INFO ${Math.random()}`))
    await collector.flush()
  }
  const waiting = collector.push(file.line('INFO file'))
  expect(waiting).toBeInstanceOf(Promise)
  expect(collector.push(container.line('INFO newest'))).toBeUndefined()
  await collector.flush()
  expect(spool.untoldGaps().map(({ gap }) => [gap.reason, gap.container_name])).toEqual([
    ['spool_full', 'container'],
  ])
  await waiting
  const messages = (await sentBatches(spool)).flatMap((batch) => batch.messages)
  expect(messages).toEqual(expect.arrayContaining(['INFO file', 'INFO newest']))
})

test('what is followed is sealed by itself each second; a source never has lines in two places at once', async () => {
  const spool = await bench.open()
  const boost = createFollowBoost()
  const collector = collectorOf(spool, { boost })
  const [live, other] = [source('live'), source('other')]
  for (const one of [live, other]) void collector.push(one.line('INFO before'))
  const streams = [{ container_name: 'live' }]
  const ends = new Date(Date.now() + 60_000).toISOString()
  const body = JSON.stringify({ follow: { until: ends, streams, requests_per_minute: 60 } })
  boost.hear({ status: 200, headers: {}, body })
  await collector.tick()
  for (const one of [live, other]) void collector.push(one.line('INFO after'))
  await until(async () => (await collector.tick(), spool.waiting.length === 2), { what: 'a followed batch' })
  expect(await sentBatches(spool)).toEqual([
    { lane: 'followed', messages: ['INFO after'] },
    { lane: 'rest', messages: ['INFO before', 'INFO before'] },
  ])
  await collector.flush()
  expect(await sentBatches(spool)).toEqual([{ lane: 'rest', messages: ['INFO after'] }])
})

test('batches tell how far all is read; what overtakes others tells nothing; an idle agent tells what it has sent', async () => {
  const spool = await bench.open()
  const collector = collectorOf(spool)
  const app = source('app')
  collector.register?.(source('quiet', { readUntilUs: () => 1e6 }))
  void collector.push(app.line('INFO 1'))
  expect(collector.idleReport()).toBeNull()
  await collector.flush()
  for (const text of ['INFO 2', 'ERROR 3']) void collector.push(app.line(text))
  await collector.flush()
  const reports: unknown[] = []
  while (spool.next()) {
    const { part, body } = await takeNext(spool)
    const { readUntil } = await unpackBody(body)
    reports.push([part.lane, readUntil && { until: readUntil.until, behind: readUntil.behind.length }])
    await spool.answered(part, [], { expired: 0, rejected: 0 })
    part.isTaken = false
  }
  expect(reports).toEqual([
    ['urgent', null],
    ['rest', { until: '1970-01-01T00:00:01.000000Z', behind: 0 }],
    ['rest', { until: '1970-01-01T00:00:03.000000Z', behind: 1 }],
  ])
  expect(collector.idleReport()).toMatchObject({ until: '1970-01-01T00:00:03.000000Z', after_batch: 3 })
  await collector.push(app.line('INFO 4'))
  expect(collector.idleReport()).toBeNull()
  await collector.flush()
  expect(collector.idleReport()).toBeNull()
  await sendNext(spool)
  expect(collector.idleReport()?.after_batch).toBe(4)
})

test('a source that nobody reads any more counts until its lines are sealed, and not after', async () => {
  const spool = await bench.open()
  const collector = collectorOf(spool)
  const left = source('left', { readUntilUs: () => 1e6 })
  const other = source('other', { readUntilUs: () => 100e6 })
  for (const one of [left, other]) void collector.push(one.line('INFO'))
  const gone = Object.assign(left, { isLeft: true })
  collector.touch(gone)
  await collector.flush()
  await sendNext(spool)
  expect(collector.idleReport()).toMatchObject({ behind: [] })
})

test('what was dropped is told of before anything that waits says how far all is read', async () => {
  const spool = await bench.open({ bytesMax: 6_000 })
  const collector = collectorOf(spool)
  const app = source('app')
  while (spool.untoldGaps().length === 0) {
    void collector.push(app.line(`INFO ${Math.random()}`))
    await collector.flush()
  }
  expect(collector.idleReport()).toBeNull()
  void collector.push(app.line('INFO last'))
  await collector.flush()
  const told: string[] = []
  while (spool.next()) {
    const { part, gaps } = await takeNext(spool)
    told.push(gaps.some(({ reason }) => reason === 'spool_full') ? 'gap' : 'lines')
    await spool.answered(part, [], { expired: 0, rejected: 0 })
    part.isTaken = false
  }
  // The first one had its number when it was sealed, and goes as it is.
  expect(told.slice(0, 2)).toContain('gap')
})

test('however long a spool overflows, what is sent and what its gaps count is what was pushed', async () => {
  const spool = await bench.open({ bytesMax: 8_000 })
  const collector = collectorOf(spool)
  const app = source('app')
  let pushed = 0
  for (; pushed < 60; pushed += 1) {
    void collector.push(app.line(`${pushed % 5 === 0 ? 'ERROR' : 'INFO'} ${Math.random()}`))
    await collector.flush()
  }
  const { gaps, sent } = await accountOf(spool)
  const accounted = gaps.reduce((sum, { lines }) => sum + (lines ?? 0), sent.length)
  expect(accounted).toBe(pushed)
})
