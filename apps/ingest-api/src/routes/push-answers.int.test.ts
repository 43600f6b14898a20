import { putDeploymentObject } from '@logboom/db'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { collectJobs } from './collect-jobs-fixture.ts'
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

describe('links', () => {
  test('to what is registered for this agent stay; those of others and of nobody are counted', async () => {
    const other = await ingest.createAgent()
    const mine = crypto.randomUUID()
    const theirs = crypto.randomUUID()
    await putDeploymentObject(ingest.db, { id: mine, agentId: ingest.agent.id, name: '' })
    await putDeploymentObject(ingest.db, { id: theirs, agentId: other.id, name: '' })
    const ids = [mine.toUpperCase(), theirs, crypto.randomUUID()]
    const logs = ids.map((id, index) => freshEntry({ deployment_object_id: id, pod_name: `p${index}` }))
    const { status, body } = await ingest.push({ logs, batch_id: 'linked' })
    expect([status, body['stored'], body['unlinked']]).toEqual([201, 3, 2])
    const [job] = await queue.of('linked')
    const links = job?.header.streams.map((one) => [one.pod_name, one.deployment_object_id])
    expect(new Map(links as [string, string | null][])).toEqual(
      new Map([
        ['p0', mine],
        ['p1', null],
        ['p2', null],
      ]),
    )
  })
})

describe('Prefer: wait', () => {
  test('answers after the commit, with what was really stored', async () => {
    const { headers, body } = await ingest.push(
      { logs: [freshEntry(), freshEntry()] },
      { headers: { Prefer: 'wait=10' } },
    )
    expect(body).toMatchObject({ stored: 2, duplicate: 0 })
    expect(headers.get('preference-applied')).toBe('wait=10')
  })

  test('is not applied where there is nothing to wait for', async () => {
    const { headers, body } = await ingest.push(
      { logs: [] },
      { headers: { Prefer: 'respond-async, wait=10' } },
    )
    expect(body).not.toHaveProperty('duplicate')
    expect(headers.get('preference-applied')).toBeNull()
  })
})

test('committed_through is what the writers said of this instance', async () => {
  const { agent } = ingest
  await queue.consumer.rememberCommitted({ agentId: agent.id, instance: 'a', batchId: 'batch 7', order: 7 })
  const of = async (instance: string) =>
    (await ingest.push({ logs: [] }, { headers: { 'Logboom-Instance': instance } })).body['committed_through']
  expect([await of('a'), await of('b')]).toEqual(['batch 7', undefined])
})

test('an agent that pushes has been seen', async () => {
  const { id, pak } = await ingest.createAgent()
  await ingest.push({ logs: [freshEntry()] }, { as: pak, agentId: id })
  const seen = () => ingest.pool.query('select 1 from agents where id = $1 and last_seen is not null', [id])
  await expect.poll(async () => (await seen()).rowCount).toBe(1)
})
