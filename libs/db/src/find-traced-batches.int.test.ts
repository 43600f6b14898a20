import { buildTraceFilter, traceHash } from '@logboom/contracts'
import type { BatchJob } from '@logboom/contracts'
import { insertAgent, jobOf, openTestDatabase } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deleteExpiredLedger } from './delete-expired-ledger.ts'
import { findTracedBatches } from './find-traced-batches.ts'
import type { TracedBatch } from './find-traced-batches.ts'
import { openDatabase } from './open-database.ts'
import type { Database } from './open-database.ts'
import { putRetentionClass } from './put-retention-class.ts'
import { createStreamCache } from './stream-cache.ts'
import { writeBatch } from './write-batches.ts'

let database: TestDatabase
let db: Database
let agentId: string
let longClass: number
const dayS = 86_400
const nowUs = Date.now() * 1000
const hash = traceHash('trace_id', 'looked for')

beforeAll(async () => {
  database = await openTestDatabase()
  db = openDatabase({ url: database.url, applicationName: 'test' })
  longClass = (await putRetentionClass(db.pool, { name: 'long', retentionSeconds: 30 * dayS })).retentionClass
    .id
})
afterAll(async () => {
  await db.close()
  await database.close()
})

beforeEach(async () => {
  await db.pool.query('truncate agents, agent_logs, log_count_deltas, write_log cascade')
  await db.pool.query(
    `update retention_classes set ledger_since = '-infinity', retention_seconds = 43200 where id = 1`,
  )
  agentId = await insertAgent(db.pool)
})

interface Batch {
  filter?: BatchJob['header']['trace_filter']
  secondsAgo?: number
  retentionClass?: number
}

/** Its lines are from just before it was received. */
async function write(
  stream: string,
  { filter, secondsAgo = 60, retentionClass = 1 }: Batch = {},
): Promise<void> {
  const createdUs = nowUs - secondsAgo * 1e6
  const job = jobOf({ agentId, messages: ['a', 'b'], createdUs, retentionClass, stream: { id: stream } })
  if (filter !== undefined) job.header.trace_filter = filter
  await writeBatch(db, job, createStreamCache())
}

/** A writer stores nothing that has expired; what was stored grows old. */
async function ageLedger(stream: string, seconds: number): Promise<void> {
  await db.pool.query(
    `update write_log set created_at = now() - make_interval(secs => $2::integer) where $1::bigint = any (stream_ids)`,
    [stream, seconds],
  )
}

const filterOf = (...values: string[]) => {
  const traced = values.map((value) => ({ us: nowUs, hash: traceHash('trace_id', value) }))
  return buildTraceFilter(traced, { minUs: nowUs, maxUs: nowUs }).toString('base64')
}

const find = (
  changes: Partial<Parameters<typeof findTracedBatches>[1]> = {},
): Promise<TracedBatch[] | null> =>
  findTracedBatches(db, {
    hashes: [hash],
    scope: { agents: null, namespaces: null },
    window: { fromUs: nowUs - 40 * dayS * 1e6, toUs: nowUs },
    batchesMax: 10,
    ...changes,
  })

const streamsOf = (batches: TracedBatch[] | null) => batches?.flatMap(({ streamIds }) => streamIds).toSorted()

describe('the batches that may have a value', () => {
  test('are those whose filter lets it through, and those without one', async () => {
    await write('1', { filter: filterOf('other', 'looked for') })
    await write('2', { filter: filterOf('other') })
    await write('3', { filter: '' })
    await write('4')
    await write('5', {
      filter: filterOf(...Array.from({ length: 9_000 }, (_, index) => String(index)), 'looked for'),
    })
    expect(streamsOf(await find())).toEqual(['1', '4', '5'])
  })

  test('come with the time of their rows, and lie in the window', async () => {
    const filter = filterOf('looked for')
    await write('1', { filter })
    const [minUs, maxUs] = [nowUs - 60e6 - 2, nowUs - 60e6 - 1]
    expect(await find()).toEqual([{ streamIds: ['1'], minUs, maxUs, filter: Buffer.from(filter, 'base64') }])
    expect(await find({ window: { fromUs: maxUs, toUs: nowUs } })).toHaveLength(1)
    expect(await find({ window: { fromUs: maxUs + 1, toUs: nowUs } })).toEqual([])
    expect(await find({ window: { fromUs: 0, toUs: minUs } })).toEqual([])
    expect(await find({ window: { fromUs: 0, toUs: minUs + 1 } })).toHaveLength(1)
  })

  test('are null when they are more than is of use', async () => {
    for (const stream of ['1', '2', '3']) await write(stream, { filter: filterOf('looked for') })
    expect(await find({ batchesMax: 3 })).toHaveLength(3)
    expect(await find({ batchesMax: 2 })).toBeNull()
  })

  test('are not those of a deleted agent, or of one that the caller may not read', async () => {
    await write('1', { filter: filterOf('looked for') })
    const other = await insertAgent(db.pool)
    expect(await find({ scope: { agents: [agentId], namespaces: null } })).toHaveLength(1)
    expect(await find({ scope: { agents: [other], namespaces: null } })).toEqual([])
    await db.pool.query('update agents set deleted_at = now() where id = $1::uuid', [agentId])
    expect(await find()).toEqual([])
  })
})

describe('the ledger keeps a batch', () => {
  const left = async () => {
    await deleteExpiredLedger(db.pool, { limit: 100 })
    const { rows } = await db.pool.query<{ stream: string }>(
      'select stream_ids[1] as stream from write_log order by 1',
    )
    return rows.map(({ stream }) => stream)
  }

  test('as long as its own class keeps its rows', async () => {
    await write('1')
    await write('2')
    await write('3', { retentionClass: longClass })
    await write('4', { retentionClass: longClass })
    await ageLedger('1', 43_190)
    await ageLedger('2', 43_210)
    await ageLedger('3', 30 * dayS - 10)
    await ageLedger('4', 30 * dayS + 10)
    expect(await left()).toEqual(['1', '3'])
  })

  test('as long as any class keeps rows, where its writer did not say whose it has', async () => {
    for (const stream of ['1', '2']) await write(stream)
    await db.pool.query('update write_log set retention_classes = null')
    await ageLedger('1', 30 * dayS - 10)
    await ageLedger('2', 30 * dayS + 10)
    expect(await left()).toEqual(['1'])
  })

  test('as long as a line of its class is left that was received no later, expired or not', async () => {
    await write('1', { filter: filterOf('looked for') })
    await write('2', { filter: filterOf('looked for') })
    await ageLedger('1', 50_000)
    await ageLedger('2', 60_000)
    await db.pool.query(
      `update log_count_deltas set created_minute = now() - interval '50060 s' where stream_id = 1`,
    )
    expect(await left()).toEqual(['1'])
    // the lines are seen again, and found
    await db.pool.query('update retention_classes set retention_seconds = 86400 where id = 1')
    expect(streamsOf(await find())).toEqual(['1'])
    await db.pool.query('update retention_classes set retention_seconds = 43200 where id = 1')
    await db.pool.query(
      'insert into log_count_deltas select stream_id, minute, created_minute, -rows, -bytes, retention_class, severity from log_count_deltas where stream_id = 1',
    )
    expect(await left()).toEqual([])
  })

  test('a week at most where it brought no lines', async () => {
    for (const [index, days] of [6.9, 7.1].entries()) {
      await writeBatch(db, jobOf({ agentId, messages: [], jobId: `empty ${index}` }), createStreamCache())
      await db.pool.query(
        'update write_log set created_at = now() - make_interval(secs => $2) where job_id = $1',
        [`empty ${index}`, days * dayS],
      )
    }
    await left()
    expect((await db.pool.query('select job_id from write_log')).rows).toEqual([{ job_id: 'empty 0' }])
  })
})

test('batches that were deleted by an older release, while their lines can be seen, make the ledger useless', async () => {
  await write('1', { filter: filterOf('looked for') })
  const since = (secondsAgo: number) =>
    db.pool.query(
      `update retention_classes set ledger_since = now() - make_interval(secs => $1) where id = 1`,
      [secondsAgo],
    )
  await since(43_190)
  expect(await find()).toBeNull()
  await since(43_210)
  expect(await find()).toHaveLength(1)
})
