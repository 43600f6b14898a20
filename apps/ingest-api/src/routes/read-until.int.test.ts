import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openFollowMarks } from '@logboom/queue'
import type { FollowMark, FollowMarks } from '@logboom/queue'
import { until as untilTrue } from '@logboom/testing'
import { collectJobs } from './collect-jobs-fixture.ts'
import { freshEntry, openIngest } from './push-fixture.ts'
import type { Answer, TestIngest } from './push-fixture.ts'

let ingest: TestIngest
let queue: ReturnType<typeof collectJobs>
let marks: FollowMarks

beforeAll(async () => {
  ingest = await openIngest()
  queue = collectJobs(ingest.redisUrl)
  const silent = () => undefined
  const log = { debug: silent, info: silent, warn: silent, error: silent }
  marks = openFollowMarks({ url: ingest.redisUrl, log })
})

afterAll(async () => {
  marks.close()
  await queue.consumer.close()
  await ingest.close()
})

afterEach(() => ingest.checkSums())

const numbered = (number: number) => ({ 'Logboom-Instance': 'a', 'Logboom-Batch-Number': String(number) })
const until = '2026-01-01T00:00:00.123456789Z'
const untilNs = '1767225600123456789'

async function beat(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const { id, pak } = ingest.agent
  const response = await fetch(`${ingest.url}/api/v1/agents/${id}/heartbeat`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${pak}`, 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: JSON.parse(text), text }
}

describe('how far a sender has read', () => {
  test('travels with its batch, from JSON and from NDJSON', async () => {
    const behind = [{ namespace: 'n', pod_name: 'p', until: null }]
    const json = { logs: [freshEntry()], batch_id: 'json', read_until: { until, behind } }
    const { body } = await ingest.push(json, { headers: numbered(1) })
    expect(body).not.toHaveProperty('rejected_read_until')
    await ingest.push(`${JSON.stringify(freshEntry())}\n{"read_until":{"until":"${until}"}}`, {
      headers: { ...numbered(2), 'Content-Type': 'application/x-ndjson', 'Idempotency-Key': 'ndjson' },
    })
    const report = async (batch: string) => (await queue.of(batch))[0]?.header.read_report
    expect(await report('json')).toEqual({
      until_ns: untilNs,
      behind: [{ namespace: 'n', pod_name: 'p', container_name: null, until_ns: null }],
    })
    expect(await report('ndjson')).toEqual({ until_ns: untilNs, behind: [] })
  })

  test('is told to be at fault beside the lines, which are taken', async () => {
    const pushed = { logs: [freshEntry()], batch_id: 'faulty', read_until: { until: 'x' } }
    const answer = await ingest.push(pushed, { headers: numbered(3) })
    expect([answer.status, answer.body['stored']]).toEqual([201, 1])
    expect(answer.body['rejected_read_until']).toEqual({
      code: 'read_until_invalid',
      detail: 'read_until.until: must be RFC 3339',
    })
    expect((await queue.of('faulty'))[0]?.header).not.toHaveProperty('read_report')
    const { body } = await ingest.push({ logs: [freshEntry()], read_until: { until } })
    expect(body).toMatchObject({ stored: 1, rejected_read_until: { code: 'read_until_unnumbered' } })
  })
})

describe('a heartbeat', () => {
  test('says how far an idle instance has read, and hears what is committed', async () => {
    const { id } = ingest.agent
    await ingest.pool.query(
      `insert into agent_commits (agent_id, instance, through, through_batch_id) values ($1, 'idle', 7, 'b-7')`,
      [id],
    )
    const held = async () => {
      const { rows } = await ingest.pool.query(
        `select read_until_ns, read_batch::int, read_behind from agent_commits where agent_id = $1 and instance = 'idle'`,
        [id],
      )
      return rows[0]
    }
    const nothing = { read_until_ns: null, read_batch: null, read_behind: null }
    expect((await beat({ instance: 'idle' })).body).toEqual({ committed_through: 'b-7' })
    const tooEarly = { instance: 'idle', read_until: { until, after_batch: 8 } }
    expect((await beat(tooEarly)).body).toEqual({ committed_through: 'b-7' })
    expect(await held()).toEqual(nothing)
    await beat({ instance: 'idle', read_until: { until, after_batch: 7 } })
    expect(await held()).toEqual({ ...nothing, read_until_ns: untilNs, read_batch: 7 })
    expect((await beat({ instance: 'unknown' })).body).toEqual({})
    expect((await beat({ instance: 'new', read_until: { until, after_batch: 0 } })).body).toEqual({})
  })

  test('with a faulty report is a sign of life all the same', async () => {
    const { status, body } = await beat({ instance: 'a', version: '9', read_until: { until } })
    expect([status, body]).toEqual([
      200,
      { rejected_read_until: { code: 'read_until_invalid', detail: expect.stringContaining('after_batch') } },
    ])
    const { rows } = await ingest.pool.query('select version from agents where id = $1', [ingest.agent.id])
    expect(rows).toEqual([{ version: '9' }])
    expect((await beat({ instance: 'x'.repeat(129) })).status).toBe(422)
  })

  test('is judged by the clock of its sender', async () => {
    const ahead = Date.now() + 10 * 86_400_000
    const told = {
      instance: 'skewed',
      read_until: { until: new Date(ahead - 5_000).toISOString(), after_batch: 0 },
    }
    expect((await beat(told)).body).toHaveProperty('rejected_read_until')
    expect((await beat(told, { 'Logboom-Sent-At': new Date(ahead).toISOString() })).body).toEqual({})
    const { rows } = await ingest.pool.query<{ ago: number }>(
      `select (extract(epoch from now()) - read_until_ns / 1e9)::float8 as ago from agent_commits where instance = 'skewed'`,
    )
    expect(Math.round(rows[0]?.ago ?? 0)).toBeGreaterThanOrEqual(5)
    expect(rows[0]?.ago).toBeLessThan(60)
  })
})

/** The connection of `marks` may not be there yet. */
const follow = (mark: FollowMark) =>
  untilTrue(
    () =>
      marks.mark(mark).then(
        () => true,
        () => false,
      ),
    { what: 'the mark to be set' },
  )

describe('an agent that somebody follows', () => {
  test('is asked for it in the answers to pushes and heartbeats, not in those that are given again', async () => {
    const pushed = { logs: [freshEntry()], batch_id: 'followed' }
    expect((await ingest.push({ logs: [freshEntry()] })).body).not.toHaveProperty('follow')
    await follow({ agentId: ingest.agent.id, namespace: 'shop', podName: 'web-' })
    const asked = {
      until: expect.stringMatching(/^\d{4}-.*Z$/),
      streams: [{ namespace: 'shop', pod_name: 'web-' }],
      requests_per_minute: 60,
    }
    const { body, headers } = await ingest.push(pushed)
    expect(body['follow']).toEqual(asked)
    expect(headers.get('ratelimit-policy')).toMatch(/^"requests";q=10000;w=\d+, "follow";q=10;w=10$/)
    expect(headers.get('ratelimit')).toMatch(/^"requests";r=\d+;t=\d+, "follow";r=10;t=0$/)
    expect((await ingest.push(pushed)).body).not.toHaveProperty('follow')
    expect((await beat({})).body).toEqual({ follow: asked })
  })

  test('has requests left when its own are spent, and the headers say so', async () => {
    const { id, pak } = await ingest.createAgent({ requests_per_minute: 1, request_burst: 1 })
    const push = () => ingest.push({ logs: [freshEntry()] }, { as: pak, agentId: id })
    expect((await push()).status).toBe(201)
    expect((await push()).status).toBe(429)
    await follow({ agentId: id })
    const boosted = await push()
    expect(boosted.status).toBe(201)
    expect(boosted.headers.get('ratelimit')).toMatch(/^"requests";r=0;t=(59|60), "follow";r=9;t=1$/)
  })
})
