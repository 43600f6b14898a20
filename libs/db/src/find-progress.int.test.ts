import { randomUUID } from 'node:crypto'
import type { BatchJob, ReadReport } from '@logboom/contracts'
import { insertAgent, jobOf, openTestDatabase } from '@logboom/testing'
import type { JobOptions, TestDatabase } from '@logboom/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findProgress } from './find-progress.ts'
import { anyStream } from './match-streams.ts'
import type { StreamFilter } from './match-streams.ts'
import { openDatabase } from './open-database.ts'
import type { Database } from './open-database.ts'
import { recordIdleReport } from './record-idle-report.ts'
import { everybody, report, reporting as reportOf, toldUntil } from './report-fixture.ts'
import { createStreamCache } from './stream-cache.ts'
import type { ReadScope } from './visible-rows.ts'
import { writeBatch } from './write-batches.ts'

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

const until = (filter?: Partial<StreamFilter>, scope?: ReadScope, maxInstances?: number) =>
  toldUntil(db, filter, scope, maxInstances)

const write = (job: BatchJob) => writeBatch(db, job, createStreamCache())

describe('of several instances', () => {
  it('as many count as the agent may have, those heard of last', async () => {
    await write(reporting(1, report(10), { instance: 'lost' }))
    await write(reporting(1, report(50), { instance: 'new' }))
    expect(await until()).toBe(50)
    expect(await until({}, everybody, 2)).toBe(10)
    await db.pool.query(`update agents set limits = '{"max_instances":2}'`)
    expect(await until()).toBe(10)
    await recordIdleReport(db, { agentId, instance: 'lost' }, null)
    await db.pool.query(`update agents set limits = '{}'`)
    expect(await until()).toBe(10)
  })

  it('one that never reported makes the whole unknown', async () => {
    await write(reporting(1, report(50)))
    await write(reporting(1, null, { instance: 'mute' }))
    expect(await until()).toBeNull()
    expect(await until({}, everybody, 2)).toBeNull()
  })
})

describe('a search', () => {
  it('is told the least of all agents that it covers, those that lag most first', async () => {
    const [mine, other, silent] = [agentId, await insertAgent(db.pool), await insertAgent(db.pool)]
    const nowNs = Date.now() * 1e6
    await write(reporting(1, report(nowNs - 5e9)))
    await write(reporting(1, report(nowNs - 60e9), { agentId: other }))
    const options = { maxInstances: 1, limit: 20 }
    const all = await findProgress(db, everybody, anyStream, options)
    expect(all.map((one) => one.agentId)).toEqual([silent, other, mine])
    expect(all.map((one) => one.lagSeconds && Math.floor(one.lagSeconds / 5))).toEqual([null, 12, 1])
    expect(await findProgress(db, everybody, anyStream, { ...options, limit: 2 })).toHaveLength(2)
    expect(await until({ agentId: mine })).toBeGreaterThan(nowNs - 6e9)
    // what is out of the caller's scope is neither told nor of influence
    const scope = { agents: [other, mine], namespaces: null }
    const seen = await findProgress(db, scope, anyStream, options)
    expect(seen.map((one) => one.agentId)).toEqual([other, mine])
    expect(await findProgress(db, scope, { ...anyStream, agentId: silent }, options)).toEqual([])
  })

  it('is told of the streams that it covers', async () => {
    await write(
      reporting(
        1,
        report(
          100,
          { namespace: 'shop', pod_name: 'web-1', container_name: 'app', until_ns: '40' },
          { namespace: 'shop', pod_name: 'web-2', until_ns: '30' },
          { namespace: 'bank', pod_name: 'vault', container_name: 'app', until_ns: null },
        ),
      ),
    )
    const told: [Partial<StreamFilter>, number | null][] = [
      [{}, null],
      [{ namespace: 'other' }, 100],
      [{ namespace: 'shop' }, 30],
      [{ namespace: 'bank' }, null],
      [{ podNamePrefix: 'web' }, 30],
      [{ podNamePrefix: 'web-1' }, 40],
      [{ podNamePrefix: 'we_' }, 100],
      [{ podName: 'web-1' }, 40],
      [{ podName: 'web' }, 100],
      [{ namespace: 'shop', containerName: 'app' }, 30],
      [{ namespace: 'shop', podName: 'web-1', containerName: 'sidecar' }, 100],
      [{ namespace: 'shop', podName: 'web-2', containerName: 'sidecar' }, 30],
    ]
    for (const [filter, expected] of told) expect([filter, await until(filter)]).toEqual([filter, expected])
    // a caller who may read some namespaces is told of these alone
    expect(await until({}, { agents: null, namespaces: ['shop'] })).toBe(30)
    expect(await until({}, { agents: null, namespaces: ['other'] })).toBe(100)
  })

  it('of streams that are all behind is told of them also where nothing is known of the rest', async () => {
    await write(
      reporting(1, report(null, { namespace: 'n', pod_name: 'p', container_name: 'c', until_ns: '7' })),
    )
    expect(await until()).toBeNull()
    expect(await until({ namespace: 'n', podName: 'p' })).toBeNull()
    expect(await until({ namespace: 'n', podName: 'p', containerName: 'c' })).toBe(7)
    expect(await until({ namespace: 'n', podNamePrefix: 'p', containerName: 'c' })).toBeNull()
    await write(reporting(2, report(null, { namespace: 'n', pod_name: 'p', until_ns: '8' })))
    expect(await until({ namespace: 'n', podName: 'p' })).toBe(8)
  })

  it('by link or label is told of streams that are linked so, or may be', async () => {
    const [deployment, order] = [randomUUID(), randomUUID()]
    await db.pool.query(`insert into deployment_objects (id, agent_id) values ($1, $2)`, [
      deployment,
      agentId,
    ])
    await db.pool.query(`insert into work_orders (id, agent_id) values ($1, $2)`, [order, agentId])
    await insertAgent(db.pool)
    const linked = {
      id: '1',
      namespace: 'n',
      pod_name: 'linked',
      deployment_object_id: deployment,
      labels: { app: 'web' },
    }
    await write(jobOf({ agentId, messages: ['a'], stream: linked }))
    await write(jobOf({ agentId, messages: ['a'], stream: { id: '2', namespace: 'n', pod_name: 'plain' } }))
    await write(
      reporting(1, report(100, { pod_name: 'plain', until_ns: '1' }, { pod_name: 'linked', until_ns: '50' })),
    )
    expect(await until({ deploymentObjectId: deployment })).toBe(50)
    expect(await until({ agentId, labels: [['app', 'web']] })).toBe(50)
    expect(await until({ workOrderId: order })).toBe(100)
    await write(reporting(2, report(100, { pod_name: 'never sent', until_ns: '3' })))
    expect(await until({ workOrderId: order })).toBe(3)
  })
})
