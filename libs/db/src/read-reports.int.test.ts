import { randomUUID } from 'node:crypto'
import type { BatchJob, ReadReport } from '@logboom/contracts'
import { expiredUs, insertAgent, openTestDatabase } from '@logboom/testing'
import type { JobOptions, TestDatabase } from '@logboom/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deadLetterBatch } from './dead-letter-batch.ts'
import { findProgress } from './find-progress.ts'
import { anyStream } from './match-streams.ts'
import { openDatabase } from './open-database.ts'
import type { Database } from './open-database.ts'
import { recordIdleReport } from './record-idle-report.ts'
import { everybody, report, reporting as reportOf, toldUntil } from './report-fixture.ts'
import { createStreamCache } from './stream-cache.ts'
import { writeBatch, writeBatches } from './write-batches.ts'

let test: TestDatabase
let db: Database
let agentId: string

beforeAll(async () => {
  test = await openTestDatabase()
  db = openDatabase({ url: test.url, applicationName: 'test' })
})

afterAll(async () => {
  await db.close()
  await test.close()
})

beforeEach(async () => {
  await db.pool.query('truncate agents, agent_logs, log_count_deltas, write_log cascade')
  agentId = await insertAgent(db.pool)
})

const reporting = (batchNumber: number, told: ReadReport | null, more: Partial<JobOptions> = {}) =>
  reportOf(agentId, batchNumber, told, more)

const until = (filter: Parameters<typeof toldUntil>[1] = {}) => toldUntil(db, filter)

const write = (job: BatchJob) => writeBatch(db, job, createStreamCache())

const idle = (after: number, told: ReadReport, instance = 'a') =>
  recordIdleReport(db, { agentId, instance }, { report: told, afterBatch: after })

describe('a report', () => {
  it('holds from the COMMIT that closes the gap before its batch, in whatever order batches commit', async () => {
    await write(reporting(2, report(20)))
    expect(await until()).toBeNull()
    await write(reporting(4, report(40)))
    await write(reporting(1, null))
    expect(await until()).toBe(20)
    await write(reporting(3, report(30)))
    expect(await until()).toBe(40)
  })

  it('holds once all batches up to it are in, for every order, also of several in one transaction', async () => {
    const arbitrary = fc.tuple(
      fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 }),
      fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
      fc.integer({ min: 1, max: 3 }),
    )
    const property = fc.asyncProperty(arbitrary, async ([order, hasReport, together]) => {
      const instance = randomUUID()
      const streams = createStreamCache()
      const jobs = order.map((number) =>
        reporting(number, hasReport[number - 1] ? report(number * 10) : null, { instance }),
      )
      for (let from = 0; from < jobs.length; from += together) {
        await writeBatches(db, jobs.slice(from, from + together), streams)
        const committed = new Set(order.slice(0, from + together))
        let through = 0
        while (committed.has(through + 1)) through += 1
        const told = [1, 2, 3, 4, 5, 6].filter((n) => n <= through && hasReport[n - 1]).at(-1)
        expect(await until()).toBe(told === undefined ? null : told * 10)
      }
    })
    await fc.assert(property, { numRuns: 25 })
  })

  it('waits for all parts of its batch, whichever comes last', async () => {
    await write(reporting(1, report(10), { parts: 2 }))
    expect(await until()).toBeNull()
    await write(reporting(1, null, { parts: 2 }))
    expect(await until()).toBe(10)
    await write(reporting(2, null, { parts: 2 }))
    await write(reporting(2, report(20), { parts: 2 }))
    expect(await until()).toBe(20)
  })

  it('counts once when its job is delivered again, and not when its number was passed', async () => {
    const first = reporting(1, report(10))
    await write(first)
    await write(reporting(2, report(20)))
    await write(first)
    await write(reporting(1, report(90)))
    expect(await until()).toBe(20)
  })

  it('never takes back what was told before', async () => {
    await write(reporting(1, report(50)))
    await write(reporting(2, report(40, { pod_name: 'late', until_ns: '5' })))
    expect(await until({ podName: 'p' })).toBe(50)
    expect(await until()).toBe(5)
    await write(reporting(3, report(null)))
    expect(await until({ podName: 'p' })).toBe(50)
    await write(reporting(4, report(60)))
    expect(await until()).toBe(60)
  })

  it('holds also of a batch that had expired, and of one that became dead letters', async () => {
    await write(reporting(1, report(10), { messages: ['old'], createdUs: expiredUs() }))
    expect(await until()).toBe(10)
    await deadLetterBatch(db, reporting(2, report(20), { messages: ['bad'] }), new Error('refused'))
    expect(await until()).toBe(20)
  })

  it('of a deleted agent is not kept', async () => {
    await write(reporting(1, report(10)))
    await db.pool.query('update agents set deleted_at = now()')
    await write(reporting(2, report(20)))
    expect(await findProgress(db, everybody, anyStream, { maxInstances: 1, limit: 20 })).toEqual([])
    await idle(0, report(30), 'fresh')
    await db.pool.query('delete from agents')
    expect((await db.pool.query('select 1 from agent_commits')).rowCount).toBe(0)
  })

  it('of a writer of the release before, which knows none, is missed and nothing else', async () => {
    await write(reporting(1, report(10)))
    await write(reporting(2, null))
    expect(await until()).toBe(10)
  })

  it('holds when many writers commit the batches of one instance at once', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => write(reporting(30 - index, report(30 - index)))),
    )
    expect(await until()).toBe(30)
  })
})

describe('an idle instance', () => {
  it('is believed without a batch when it has sent none, and told that none is committed', async () => {
    expect(await idle(0, report(10))).toBeNull()
    expect(await until()).toBe(10)
    expect(await idle(0, report(20))).toBeNull()
    expect(await until()).toBe(20)
  })

  it('is believed once the batch that it names is committed', async () => {
    expect(await idle(2, report(20))).toBeNull()
    await write(reporting(2, null))
    expect(await idle(2, report(20))).toBeNull()
    expect(await until()).toBeNull()
    await write(reporting(1, null, { batchId: 'one' }))
    expect(await idle(2, report(20))).toBe(await committed())
    expect(await until()).toBe(20)
  })

  it('changes nothing when a later report has overtaken it', async () => {
    await write(reporting(1, report(10)))
    await write(reporting(2, report(20)))
    await idle(1, report(15, { pod_name: 'late', until_ns: '1' }))
    expect(await until()).toBe(20)
    await idle(2, report(30))
    await write(reporting(3, report(40)))
    expect(await until()).toBe(40)
  })

  it('makes itself known a thousand times at most', async () => {
    await db.pool.query(
      `insert into agent_commits (agent_id, instance) select $1, 'i' || n from generate_series(1, 1000) n`,
      [agentId],
    )
    await idle(0, report(10), 'one more')
    expect((await db.pool.query('select 1 from agent_commits')).rowCount).toBe(1_000)
  })

  async function committed(): Promise<string> {
    const { rows } = await db.pool.query('select through_batch_id as id from agent_commits')
    return rows[0].id
  }
})
