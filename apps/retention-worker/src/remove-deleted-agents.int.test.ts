import { detachPartition, listLeaves, removeAgent } from '@logboom/db'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { removeDeletedAgents } from './remove-deleted-agents.ts'
import { runOnce } from './run-once.ts'
import { addAgent, addLines, addStream, countFaults, countLines, openTestWork } from './work-fixture.ts'
import type { TestWork } from './work-fixture.ts'

let on: TestWork
beforeAll(async () => {
  on = await openTestWork()
})
afterAll(() => on.close())

async function deleteAgent(id: string): Promise<void> {
  await on.pool.query('update agents set deleted_at = now() where id = $1::uuid', [id])
}

async function addDeadLetter(agentId: string): Promise<void> {
  await on.pool.query(
    `insert into dead_letters (agent_id, job_id, batch_id, reason, detail, stream, row_text, retention_class, created_at)
     values ($1::uuid, 'job', 'batch', 'refused', '', '{}', '', 1, now())`,
    [agentId],
  )
}

async function receiptsOf(agentId: string): Promise<unknown[]> {
  const { rows } = await on.pool.query(
    `select kind, rows::integer, from_time is not null as dated from retention_receipts where subject = $1::text order by number`,
    [agentId],
  )
  return rows
}

async function isThere(agentId: string): Promise<boolean> {
  const { rowCount } = await on.pool.query('select 1 from agents where id = $1::uuid', [agentId])
  return rowCount === 1
}

test('dead letters of a deleted agent are counted into its receipts, also those that came last', async () => {
  const agent = await addAgent(on.pool)
  for (let letter = 0; letter < 3; letter += 1) await addDeadLetter(agent)
  await deleteAgent(agent)
  await removeDeletedAgents({ ...on.work, terms: { ...on.work.terms, maxDeleteBatch: 2 } })
  const late = await addAgent(on.pool)
  await addDeadLetter(late)
  await deleteAgent(late)
  expect(await removeAgent(on.pool, on.work.signer, late)).toBe(true)
  expect(await receiptsOf(agent)).toEqual([
    { kind: 'agent_deleted', rows: 2, dated: true },
    { kind: 'agent_deleted', rows: 1, dated: true },
    { kind: 'agent_deleted', rows: 0, dated: false },
  ])
  expect(await receiptsOf(late)).toEqual([{ kind: 'agent_deleted', rows: 1, dated: true }])
})

test('an agent stays while a leaf that is not dropped yet has rows of it, and they do not come back without it', async () => {
  const agent = await addAgent(on.pool)
  const streamId = await addStream(on.pool, agent)
  await addLines(on.pool, { streamId, count: 20, fromAgo: 605, toAgo: 603 })
  await addLines(on.pool, { streamId, count: 7, fromAgo: 605, toAgo: 603, delay: 604 })
  const [leaf] = (await listLeaves(on.pool)).filter((one) => one.isPast)
  if (!leaf) throw new Error('no old leaf')
  await deleteAgent(agent)
  expect(await detachPartition(on.pool, leaf)).toBe('detached')
  await removeDeletedAgents(on.work)
  expect(await isThere(agent)).toBe(true)
  await runOnce(on.work)
  expect(await isThere(agent)).toBe(false)
  expect(await countLines(on.pool, `stream_id = ${streamId}`)).toBe(0)
  expect(await countFaults(on.pool)).toEqual([])
})

test('batches of a deleted agent are forgotten, those of others are not', async () => {
  const [agent, other] = [await addAgent(on.pool), await addAgent(on.pool)]
  for (const id of [agent, other]) {
    await on.pool.query(
      `insert into write_log (created_at, agent_id, job_id, batch_id, stream_ids, stored, duplicate, expired, agent_deleted, dead_letter)
       select now(), $1::uuid, $1::text || i, 'b', '{}', 1, 0, 0, 0, 0 from generate_series(1, 5) as i`,
      [id],
    )
  }
  await deleteAgent(agent)
  await removeDeletedAgents({ ...on.work, terms: { ...on.work.terms, maxDeleteBatch: 2 } })
  const { rows } = await on.pool.query(
    'select agent_id, count(*)::integer as batches from write_log group by 1',
  )
  expect(rows).toEqual([{ agent_id: other, batches: 5 }])
})
