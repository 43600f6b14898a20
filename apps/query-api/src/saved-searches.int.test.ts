import { randomUUID } from 'node:crypto'
import { SavedSearch, searchParameters } from '@logboom/contracts'
import { deleteAgent, findPak, insertSavedSearch, revokePak } from '@logboom/db'
import { parsePak } from '@logboom/service'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LogQuery } from './log-query.ts'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

async function pakIdOf(pak: string): Promise<string> {
  const found = await findPak(api.db, { short: parsePak(pak)?.short ?? '' })
  return found?.pakId ?? ''
}

/** A search as ingest-api saves it. */
async function save(
  pak: string,
  more: { shared?: boolean; agentId?: string; namespace?: string } = {},
): Promise<string> {
  const pakId = await pakIdOf(pak)
  const search = { shared: false, agentId: null, namespace: null, ...more }
  const saved = await insertSavedSearch(api.db, {
    ...search,
    owner: `pak:${pakId}`,
    pakId,
    name: randomUUID(),
    query: '',
  })
  if (typeof saved === 'string') throw new Error(saved)
  return saved.id
}

const seenBy = async (as: string, query = '') =>
  (await api.list('saved-searches', SavedSearch, query, as)).map(({ id }) => id)
const statusOf = async (id: string, as: string) => (await api.get(`/api/v1/saved-searches/${id}`, as)).status

test('what can be saved is what a search takes, but for its page', () => {
  const page = ['limit', 'offset', 'cursor', 'total']
  const taken = Object.keys(LogQuery.shape).filter((name) => !page.includes(name))
  expect([...searchParameters].toSorted()).toEqual(taken.toSorted())
})

test('one sees one’s own searches and shared ones, newest first, with whose they are', async () => {
  const [one, other] = [await api.issueReader({}), await api.issueReader({})]
  const own = await save(one)
  const hidden = await save(other)
  const shared = await save(other, { shared: true })
  expect(await seenBy(one)).toEqual([shared, own])
  expect([await statusOf(own, one), await statusOf(hidden, one), await statusOf(shared, one)]).toEqual([
    200, 404, 200,
  ])
  const { body } = await api.get(`/api/v1/saved-searches/${shared}`, one)
  expect(body).toMatchObject({ own: false, owner: `pak:${await pakIdOf(other)}` })
  expect((await api.get(`/api/v1/saved-searches/${own}`, one)).body).toMatchObject({ own: true })
})

test('an admin sees those of others only when it asks for all, nobody else may', async () => {
  const reader = await api.issueReader({})
  const hidden = await save(reader)
  expect(await seenBy(api.admin)).not.toContain(hidden)
  expect(await seenBy(api.admin, '&all=true')).toContain(hidden)
  expect(await statusOf(hidden, api.admin)).toBe(200)
  expect((await api.get('/api/v1/saved-searches?all=true', reader)).status).toBe(403)
})

test('a shared search is not shown to who may not read the agent or namespace that it names', async () => {
  const [mine, theirs] = [await api.createAgent(), await api.createAgent()]
  const reader = await api.issueReader({ agents: [mine.id], namespaces: ['seen'] })
  const fitting = await save(api.admin, { shared: true, agentId: mine.id, namespace: 'seen' })
  const ofOthers = await save(api.admin, { shared: true, agentId: theirs.id })
  const elsewhere = await save(api.admin, { shared: true, namespace: 'hidden' })
  const seen = await seenBy(reader)
  expect(seen).toContain(fitting)
  expect(seen).not.toContain(ofOthers)
  expect(seen).not.toContain(elsewhere)
  expect([await statusOf(ofOthers, reader), await statusOf(elsewhere, reader)]).toEqual([404, 404])
  expect(await seenBy(theirs.pak)).toContain(ofOthers)
  await deleteAgent(api.db, { id: mine.id })
  expect(await seenBy(reader)).not.toContain(fitting)
  expect(await seenBy(api.admin)).toContain(fitting) // its own
})

test('what a key has saved stays when it is revoked: shared for all, the rest for admins', async () => {
  const [leaving, staying] = [await api.issueReader({}), await api.issueReader({})]
  const [shared, hidden] = [await save(leaving, { shared: true }), await save(leaving)]
  await revokePak(api.db, { id: await pakIdOf(leaving) })
  expect(await seenBy(staying)).toContain(shared)
  expect(await seenBy(api.admin, '&all=true')).toContain(hidden)
})

test('what is no saved search is not found', async () => {
  for (const id of [randomUUID(), 'seven']) {
    const { status, body } = await api.get(`/api/v1/saved-searches/${id}`)
    expect([status, body['code']]).toEqual([404, 'not_found'])
  }
})
