import { Problem } from '@logboom/contracts'
import { anyStream, deleteAgent } from '@logboom/db'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openQueryApi } from '../query-fixture.ts'
import type { TestQueryApi } from '../query-fixture.ts'
import { parseExportQuery } from './export-query.ts'
import { readParts } from './read-parts.ts'
import type { ExportSubject, RowsPart } from './read-parts.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

const count = 3_000

/** An agent with three thousand lines of one hour, and an export of it that looks up everything anew for each part. */
async function begin(findSubject: (subject: ExportSubject) => ExportSubject = (subject) => subject) {
  const { id } = await api.createAgent()
  const lines = Array.from({ length: count }, (_, n) => ({
    time: { us: api.nowUs - 3_600e6 + n * 1_000_000, ns: 0 },
    message: `line ${n}`,
  }))
  await api.store(id, lines)
  const subject = { scope: { agents: null, namespaces: null }, streams: { ...anyStream, agentId: id } }
  const config = { MAX_INSTANCES: 1 }
  const parts = readParts(
    { db: api.db, config },
    {
      query: parseExportQuery({}),
      filters: 'test',
      signal: new AbortController().signal,
      findSubject: async () => findSubject(subject),
    },
    { legMs: 0 },
  )
  return { id, parts }
}

async function rest(parts: AsyncGenerator<RowsPart>): Promise<string[]> {
  const messages: string[] = []
  for await (const { rows } of parts) messages.push(...rows.map(({ message }) => message))
  return messages
}

const first = async (parts: AsyncGenerator<RowsPart>): Promise<string[]> => {
  const { value } = await parts.next()
  return (value as RowsPart).rows.map(({ message }) => message) // there is more than one part
}

test('legs join without a line lost or doubled, and later lines come at most once', async () => {
  const { id, parts } = await begin()
  const had = await first(parts)
  expect(had.length).toBeLessThan(count)
  await api.store(id, [{ time: { us: api.nowUs, ns: 0 }, message: 'later' }])
  const all = [...had, ...(await rest(parts))]
  expect(all).toEqual([...Array.from({ length: count }, (_, n) => `line ${n}`), 'later'])
})

test('the lines of an agent that is deleted meanwhile are gone from what is left of it', async () => {
  const { id, parts } = await begin()
  await first(parts)
  await deleteAgent(api.db, { id })
  expect(await rest(parts)).toEqual([])
})

test('what has expired meanwhile is not shown, before it is deleted', async () => {
  const { parts } = await begin()
  await first(parts)
  await api.pool.query('update retention_classes set retention_seconds = 600 where id = 1')
  await api.pool.query(`update agent_logs set created_at = now() - interval '601 seconds'`)
  expect(await rest(parts)).toEqual([])
  await api.pool.query('update retention_classes set retention_seconds = 43200 where id = 1')
})

test('whoever may read it no more is not given the rest of it', async () => {
  let asked = 0
  const { parts } = await begin((subject) => {
    asked += 1
    if (asked > 1) throw new Problem('unauthorized', 'the credential was revoked')
    return subject
  })
  await first(parts)
  await expect(rest(parts)).rejects.toMatchObject({ code: 'unauthorized' })
})
