import { followBoost } from '@logboom/contracts'
import { openTestRedis, until } from '@logboom/testing'
import type { TestRedis } from '@logboom/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Admission, AdmissionRequest } from './admission.ts'
import { silentLog } from './batch-job-fixture.ts'
import { openBatchQueue } from './batch-queue.ts'
import type { BatchQueue } from './batch-queue.ts'
import { findFollow, markFollowed } from './follow-marks.ts'
import type { FollowMark } from './follow-marks.ts'
import { budgetKey, followKey } from './keys.ts'
import { openFollowMarks } from './open-follow-marks.ts'

const start = 1_763_000_000_000
const second = 1_000
const limits = { requests_per_minute: 10, request_burst: 10, max_instances: 2 }

let server: TestRedis
let redis: Redis
let queue: BatchQueue

beforeAll(async () => {
  server = await openTestRedis()
  redis = new Redis(server.url)
  queue = await openBatchQueue({ url: server.url, idempotencyTtlS: 3_600, log: silentLog })
})

afterAll(async () => {
  await queue.close()
  redis.disconnect()
  await server.close()
})

beforeEach(async () => {
  await redis.flushdb()
})

const mark = (change: Partial<FollowMark> = {}) =>
  markFollowed(redis, 1, { agentId: 'agent', nowMs: start, ...change })

const follow = (nowMs = start, agentId = 'agent') => findFollow(redis, 1, { agentId, nowMs })

function request(change: Partial<AdmissionRequest> = {}): AdmissionRequest {
  const key = String(Math.random())
  return { agentId: 'agent', key, bodyHash: 'body', instance: '', limits, nowMs: start, ...change }
}

/** Admits `count` different batches, one after the other. */
async function push(count: number, change: Partial<AdmissionRequest> = {}): Promise<Admission[]> {
  const admissions: Admission[] = []
  for (let i = 0; i < count; i++) admissions.push(await queue.admit(request(change)))
  return admissions
}

const kindsOf = (admissions: Admission[]) => admissions.map(({ kind }) => kind)
const time = (ms: number) => new Date(ms).toISOString()

describe('a mark', () => {
  test('is told with the next admission, as long as it holds', async () => {
    expect(await queue.admit(request())).toMatchObject({ kind: 'admitted', follow: null, boost: null })
    await mark({ namespace: 'shop', podName: 'web-', containerName: 'app' })
    const told = {
      until: time(start + 600 * second),
      streams: [{ namespace: 'shop', pod_name: 'web-', container_name: 'app' }],
      requests_per_minute: 60,
    }
    expect(await queue.admit(request())).toMatchObject({ follow: told, isBoosted: false })
    expect(await queue.admit(request({ nowMs: start + 600 * second - 1 }))).toMatchObject({ follow: told })
    expect(await queue.admit(request({ nowMs: start + 600 * second }))).toMatchObject({ follow: null })
    expect(await queue.admit(request({ agentId: 'somebody' }))).toMatchObject({ follow: null })
  })

  test('of the whole agent names no stream', async () => {
    await mark()
    expect(await follow()).toMatchObject({ streams: [{}] })
    expect(await follow(start, 'somebody')).toBeNull()
  })

  test('set again holds longer, and never shorter', async () => {
    await mark({ podName: 'a' })
    await mark({ podName: 'a', seconds: 5 })
    expect(await follow()).toMatchObject({ until: time(start + 600 * second), streams: [{ pod_name: 'a' }] })
    await mark({ podName: 'a', nowMs: start + 60 * second })
    expect(await follow()).toMatchObject({ until: time(start + 660 * second), streams: [{ pod_name: 'a' }] })
  })

  test('goes by itself, one by one, and leaves nothing behind', async () => {
    await mark({ podName: 'short', seconds: 60 })
    await mark({ podName: 'long' })
    expect((await follow(start + 61 * second))?.streams).toEqual([{ pod_name: 'long' }])
    expect(await follow(start + 600 * second)).toBeNull()
    const lifeMs = await redis.pttl(followKey('agent', 1))
    expect(lifeMs).toBeGreaterThan(599_000)
    expect(lifeMs).toBeLessThanOrEqual(600_000)
  })

  test('is one of a hundred at most: those that end first give way', async () => {
    for (let i = 0; i < followBoost.marksMax + 5; i++) await mark({ podName: `p${i}`, seconds: 100 + i })
    const names = (await follow())?.streams.map((one) => one.pod_name) ?? []
    expect(names).toHaveLength(followBoost.marksMax)
    expect([names[0], names.at(-1)]).toEqual(['p104', 'p5'])
  })

  test('set over a connection of its own goes by the clock of Redis', async () => {
    const marks = openFollowMarks({ url: server.url, log: silentLog })
    const isMarked = () =>
      marks.mark({ agentId: 'agent', podName: 'p' }).then(
        () => true,
        () => false,
      )
    await until(isMarked, { what: 'the connection' })
    const ends = Date.parse((await queue.findFollow('agent'))?.until ?? '')
    expect(Math.abs(ends - Date.now() - 600 * second)).toBeLessThan(60 * second)
    marks.close()
    await expect(marks.mark({ agentId: 'agent' })).rejects.toThrow('the mark could not be set')
  })
})

describe('the boost', () => {
  test('is spent when the ordinary budget is, and only while somebody follows', async () => {
    expect(kindsOf(await push(11))).toEqual([...Array(10).fill('admitted'), 'limited'])
    await mark({ seconds: 60 })
    const boosted = await push(11)
    expect(kindsOf(boosted)).toEqual([...Array(10).fill('admitted'), 'limited'])
    expect(boosted[0]).toMatchObject({
      isBoosted: true,
      remaining: 0,
      resetS: 60,
      boost: { limit: 10, remaining: 9, resetS: 1 },
    })
    // one more each second; the ordinary budget is at its next request after 6 s
    expect(boosted[10]).toMatchObject({ retryAfterS: 1, boost: { limit: 10, remaining: 0, resetS: 10 } })
    expect(kindsOf(await push(2, { nowMs: start + second }))).toEqual(['admitted', 'limited'])
    expect(await push(1, { nowMs: start + 60 * second })).toMatchObject([{ isBoosted: false, boost: null }])
  })

  test('adds sixty requests a minute to the ten, and no more', async () => {
    await mark()
    // both bursts
    let admitted = kindsOf(await push(21)).filter((kind) => kind === 'admitted').length
    for (let ms = 0; ms < 60 * second; ms += 250)
      admitted += kindsOf(await push(1, { nowMs: start + ms })).filter((kind) => kind === 'admitted').length
    // and what comes back in a minute
    expect(admitted).toBe(10 + 9 + 10 + 59)
  })

  test('leaves the ordinary budget alone, and a refund finds its own way', async () => {
    await mark()
    await push(10)
    const given = request()
    expect(await queue.admit(given)).toMatchObject({ isBoosted: true, boost: { remaining: 9 } })
    await queue.release({ ...given, isBoosted: true, refund: true })
    expect(await queue.admit(request())).toMatchObject({ isBoosted: true, boost: { remaining: 9 } })
    expect(await queue.admit(request({ nowMs: start + 6 * second }))).toMatchObject({
      isBoosted: false,
      remaining: 0,
    })
  })

  test('is each instance’s own', async () => {
    await mark()
    await push(20, { instance: 'a' })
    expect(kindsOf(await push(1, { instance: 'a' }))).toEqual(['limited'])
    expect(kindsOf(await push(20, { instance: 'b' }))).toEqual(Array(20).fill('admitted'))
  })

  test('holds when all requests come at once', async () => {
    await mark()
    const all = await Promise.all(Array.from({ length: 50 }, () => queue.admit(request())))
    expect(kindsOf(all).filter((kind) => kind === 'admitted')).toHaveLength(20)
  })

  test('reads what the release before wrote, and is passed over by it', async () => {
    await redis.hset(budgetKey('agent', 1), '', `${start * 1000 + 60e6} ${start * 1000} ${start * 1000}`)
    expect(kindsOf(await push(1))).toEqual(['limited'])
    await mark()
    expect(await push(1)).toMatchObject([{ kind: 'admitted', isBoosted: true }])
    const held = await redis.hget(budgetKey('agent', 1), '')
    expect(held).toMatch(/^\d+ \d+ \d+ \d+$/)
  })
})
