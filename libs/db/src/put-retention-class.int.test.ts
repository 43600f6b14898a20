import { randomUUID } from 'node:crypto'
import { openTestDatabase } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import { afterAll, expect, test } from 'vitest'
import { createPartition } from './create-partition.ts'
import { deleteRetentionAssignment } from './delete-retention-assignment.ts'
import { deleteRetentionClass } from './delete-retention-class.ts'
import { listRetentionPolicy } from './list-retention-policy.ts'
import { putRetentionAssignment } from './put-retention-assignment.ts'
import { putRetentionClass } from './put-retention-class.ts'

const database: TestDatabase = await openTestDatabase()
const { pool } = database
afterAll(() => database.close())

async function insertLine(retentionClass: number): Promise<void> {
  await createPartition(pool, { retentionClass, timeUs: Date.now() * 1000 })
  await pool.query(
    `insert into agent_logs (timestamp, created_at, stream_id, id, suborder, retention_class, flags, message)
     values (now(), now(), 1, gen_random_uuid(), 0, $1::smallint, 0, 'line')`,
    [retentionClass],
  )
}

test('a new class has a partition at once, and its terms can be changed', async () => {
  const { retentionClass, created } = await putRetentionClass(pool, {
    name: 'audit',
    retentionSeconds: 86_400,
  })
  expect(created).toBe(true)
  expect(retentionClass).toMatchObject({ name: 'audit', retention_seconds: 86_400, partition_seconds: 3_600 })
  await insertLine(retentionClass.id)
  const changed = await putRetentionClass(pool, { name: 'audit', retentionSeconds: 60 })
  expect(changed).toEqual({
    created: false,
    retentionClass: { ...retentionClass, retention_seconds: 60, partition_seconds: 10 },
  })
})

test('many who make the same class at once make one', async () => {
  const calls = Array.from({ length: 5 }, () =>
    putRetentionClass(pool, { name: 'twin', retentionSeconds: 3_600 }),
  )
  const answers = await Promise.all(calls)
  expect(answers.filter(({ created }) => created)).toHaveLength(1)
  expect(new Set(answers.map(({ retentionClass }) => retentionClass.id)).size).toBe(1)
})

test('partitions of a long class are never so short that there are thousands', async () => {
  const terms = { name: 'long', retentionSeconds: 90 * 86_400, partitionSeconds: 10 }
  const { retentionClass } = await putRetentionClass(pool, terms)
  expect(retentionClass.partition_seconds).toBe(19_440)
})

test('assignments are put, replaced, listed and ended, and only for what there is', async () => {
  const agent_id = randomUUID()
  expect(await putRetentionAssignment(pool, { agent_id, namespace: null, retention_class: 'audit' })).toBe(
    'agent_not_found',
  )
  await pool.query(`insert into agents (id, name, cluster_name) values ($1::uuid, 'one', 'test')`, [agent_id])
  expect(await putRetentionAssignment(pool, { agent_id, namespace: null, retention_class: 'nothing' })).toBe(
    'class_not_found',
  )
  expect(await putRetentionAssignment(pool, { agent_id, namespace: null, retention_class: 'audit' })).toBe(
    'put',
  )
  expect(await putRetentionAssignment(pool, { agent_id, namespace: null, retention_class: 'twin' })).toBe(
    'put',
  )
  expect(
    await putRetentionAssignment(pool, {
      agent_id: null,
      namespace: 'kube-system',
      retention_class: 'audit',
    }),
  ).toBe('put')
  const { classes, assignments } = await listRetentionPolicy(pool)
  expect(classes.map(({ name }) => name)).toEqual(['default', 'audit', 'twin', 'long'])
  expect(assignments).toEqual([
    { agent_id, namespace: null, retention_class: 'twin' },
    { agent_id: null, namespace: 'kube-system', retention_class: 'audit' },
  ])
  expect(await deleteRetentionAssignment(pool, { agentId: null, namespace: 'kube-system' })).toBe(true)
  expect(await deleteRetentionAssignment(pool, { agentId: null, namespace: 'kube-system' })).toBe(false)
})

test('a class is deleted with its partition, unless it is the default, assigned or holds lines', async () => {
  expect(await deleteRetentionClass(pool, 'default')).toBe('in_use')
  expect(await deleteRetentionClass(pool, 'nothing')).toBe('not_found')
  expect(await deleteRetentionClass(pool, 'twin')).toBe('in_use')
  expect(await deleteRetentionClass(pool, 'audit')).toBe('in_use')
  await pool.query('delete from agent_logs')
  expect(await deleteRetentionClass(pool, 'audit')).toBe('deleted')
  const { rows } = await pool.query(
    `select to_regclass('agent_logs_c2') as gone, count(*)::integer as leaves from log_partitions`,
  )
  expect(rows).toEqual([{ gone: null, leaves: 0 }])
})
