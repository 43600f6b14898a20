import { randomUUID } from 'node:crypto'
import { insertAgent, jobOf, openTestDatabase, until } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import { afterAll, expect, test } from 'vitest'
import { createPartition } from './create-partition.ts'
import { deleteRetentionAssignment } from './delete-retention-assignment.ts'
import { deleteRetentionClass } from './delete-retention-class.ts'
import { findHorizon } from './find-horizon.ts'
import { listRetentionPolicy } from './list-retention-policy.ts'
import { openDatabase } from './open-database.ts'
import { putRetentionAssignment } from './put-retention-assignment.ts'
import { putRetentionClass } from './put-retention-class.ts'
import { createStreamCache } from './stream-cache.ts'
import { writeBatch } from './write-batches.ts'

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

test('a class is deleted unless it is the default or assigned, and then neither listed nor assigned', async () => {
  expect(await deleteRetentionClass(pool, 'default')).toBe('in_use')
  expect(await deleteRetentionClass(pool, 'nothing')).toBe('not_found')
  expect(await deleteRetentionClass(pool, 'twin')).toBe('in_use')
  expect(await deleteRetentionClass(pool, 'audit')).toBe('deleted')
  expect(await deleteRetentionClass(pool, 'audit')).toBe('not_found')
  const { classes } = await listRetentionPolicy(pool)
  expect(classes.map(({ name }) => name)).toEqual(['default', 'twin', 'long'])
  const assignment = { agent_id: null, namespace: 'kube-system', retention_class: 'audit' }
  expect(await putRetentionAssignment(pool, assignment)).toBe('class_not_found')
})

test('an assignment that is being made beside the deletion of its class holds it, or is refused', async () => {
  await putRetentionClass(pool, { name: 'raced', retentionSeconds: 60 })
  const assigning = await pool.connect()
  await assigning.query('begin')
  await assigning.query(`select 1 from retention_classes where name = 'raced' for key share`)
  await assigning.query(
    `insert into retention_assignments select null, 'raced', id from retention_classes where name = 'raced'`,
  )
  const deleted = deleteRetentionClass(pool, 'raced')
  await until(isAnybodyWaiting, { what: 'the deletion to wait for the assignment' })
  await assigning.query('commit')
  assigning.release()
  expect(await deleted).toBe('in_use')
})

test('lines of a deleted class stay, more are stored and seen, and a class that is put again has them', async () => {
  const db = openDatabase({ url: database.url, applicationName: 'test' })
  try {
    const { rows } = await pool.query<{ id: number }>(`select id from retention_classes where name = 'audit'`)
    const id = rows[0]?.id ?? 0
    const accepted = jobOf({ agentId: await insertAgent(pool), messages: ['late'], retentionClass: id })
    const { outcome } = await writeBatch(db, accepted, createStreamCache())
    expect(outcome).toMatchObject({ stored: 1 })
    const { rows: lines } = await pool.query('select message from agent_log_lines order by message')
    expect(lines).toEqual([{ message: 'late' }])
    const { classes } = await findHorizon(db)
    expect(classes).toContainEqual({ classId: id, name: 'audit', retentionSeconds: 60 })
    const again = await putRetentionClass(pool, { name: 'audit', retentionSeconds: 600 })
    expect(again).toEqual({
      created: true,
      retentionClass: { id, name: 'audit', retention_seconds: 600, partition_seconds: 25 },
    })
    expect((await listRetentionPolicy(pool)).classes).toContainEqual(again.retentionClass)
  } finally {
    await db.close()
  }
})

async function isAnybodyWaiting(): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return rowCount !== 0
}
