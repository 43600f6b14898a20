import { insertAgent, jobOf, openTestDatabase } from '@logboom/testing'
import { afterAll, expect, test } from 'vitest'
import { deleteAgent } from './delete-agent.ts'
import { openDatabase } from './open-database.ts'
import { createStreamCache } from './stream-cache.ts'
import { writeBatch } from './write-batches.ts'

const database = await openTestDatabase()
const db = openDatabase({ url: database.url, applicationName: 'test' })
afterAll(async () => {
  await db.close()
  await database.close()
})

async function lines(): Promise<string[]> {
  const { rows } = await db.pool.query<{ message: string }>('select message from agent_log_lines order by 1')
  return rows.map(({ message }) => message)
}

test('the view shows neither what has expired nor what belongs to a deleted agent', async () => {
  const [kept, deleted] = [await insertAgent(db.pool), await insertAgent(db.pool)]
  const now = Date.now() * 1000
  const write = (agentId: string, message: string, stream: string, createdUs = now) =>
    writeBatch(
      db,
      jobOf({ agentId, messages: [message], createdUs, stream: { id: stream } }),
      createStreamCache(),
    )
  await write(kept, 'fresh', '1')
  await write(kept, 'an hour old', '1', now - 3_600e6)
  await write(deleted, 'of a deleted agent', '2')
  expect(await lines()).toEqual(['an hour old', 'fresh', 'of a deleted agent'])
  await deleteAgent(db, { id: deleted })
  await db.pool.query('update retention_classes set retention_seconds = 1800')
  expect(await lines()).toEqual(['fresh'])
})
