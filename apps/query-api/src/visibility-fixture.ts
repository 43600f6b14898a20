import { randomUUID } from 'node:crypto'
import { apiRoutes, encodeRow, idOfUuid } from '@logboom/contracts'
import { insertSavedSearch } from '@logboom/db'
import { openSse } from './follow/follow-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

export const foreign = 'FOREIGN-MARKER'
export const expired = 'EXPIRED-MARKER'
export const own = 'OWN-MARKER'

export interface World {
  mine: { id: string; pak: string }
  theirs: { id: string; pak: string }
  links: { deployment: string; order: string; theirDeployment: string; theirOrder: string }
  /** Parameters that name one line each: my own, of a hidden namespace, of others, and an expired one. */
  entries: Record<'own' | 'hidden' | 'theirs' | 'expired', string>
  /** Saved by somebody else. */
  searches: string[]
}

/**
 * Two agents with lines, gaps, dead letters and links; marked by whose they are and whether they have
 * expired.
 */
export async function makeWorld(api: TestQueryApi): Promise<World> {
  const [mine, theirs] = [await api.createAgent(), await api.createAgent()]
  const links = {
    deployment: randomUUID(),
    order: randomUUID(),
    theirDeployment: randomUUID(),
    theirOrder: randomUUID(),
  }
  await register(api, 'deployment_objects', links.deployment, mine.id, own)
  await register(api, 'deployment_objects', links.theirDeployment, theirs.id, foreign)
  await register(api, 'work_orders', links.order, mine.id, own)
  await register(api, 'work_orders', links.theirOrder, theirs.id, foreign)
  const linked = { deployment_object_id: links.deployment, work_order_id: links.order }
  const seen = { namespace: 'seen', ...linked, labels: { app: own } }
  const hidden = { namespace: 'hidden', ...linked, labels: { app: foreign } }
  const ofOthers = {
    namespace: 'seen',
    deployment_object_id: links.theirDeployment,
    work_order_id: links.theirOrder,
    labels: { app: foreign },
  }
  const old = Date.now() * 1000 - 43_201e6
  const entries = {
    own: await fill(api, mine.id, { marker: own }, seen),
    hidden: await fill(api, mine.id, { marker: foreign }, hidden),
    theirs: await fill(api, theirs.id, { marker: foreign }, ofOthers),
    expired: await fill(api, mine.id, { marker: expired, createdUs: old }, seen),
  }
  const searches = [
    await saveSearch(api, own, { agentId: mine.id, namespace: 'seen' }),
    await saveSearch(api, foreign, { agentId: theirs.id }),
    await saveSearch(api, foreign, { agentId: mine.id, namespace: 'hidden' }),
  ]
  return { mine, theirs, links, entries, searches }
}

export async function register(
  api: TestQueryApi,
  table: 'deployment_objects' | 'work_orders',
  id: string,
  agentId: string,
  name: string,
): Promise<void> {
  const column = table === 'work_orders' ? 'work_type' : 'name'
  await api.pool.query(`insert into ${table} (id, agent_id, ${column}) values ($1, $2, $3)`, [
    id,
    agentId,
    name,
  ])
}

async function saveSearch(
  api: TestQueryApi,
  marker: string,
  named: { agentId: string; namespace?: string },
): Promise<string> {
  const owner = `oidc:${randomUUID()}`
  const search = { name: marker, query: '', shared: true, namespace: null, ...named }
  const saved = await insertSavedSearch(api.db, { ...search, owner, pakId: null })
  return typeof saved === 'string' ? saved : saved.id
}

async function fill(
  api: TestQueryApi,
  agentId: string,
  { marker, createdUs = Date.now() * 1000 }: { marker: string; createdUs?: number },
  stream: { namespace: string },
): Promise<string> {
  const { namespace } = stream
  const time = { us: Date.now() * 1000, ns: 0 }
  const attributes = JSON.stringify({ marker, [`key-${marker}`]: 'x' })
  const lines = [{ message: marker, time, createdUs, attributes, stream: { ...stream, pod_name: 'pod' } }]
  const [id] = await api.store(agentId, lines)
  const at = new Date(createdUs / 1000).toISOString()
  await api.pool.query(
    `insert into log_gaps (id, agent_id, namespace, pod_name, from_time, to_time, reason, exact, retention_class, created_at)
     values (gen_random_uuid(), $1, $2, $3, now(), now(), 'rotated', true, 1, $4::timestamptz)`,
    [agentId, namespace, marker, at],
  )
  await api.pool.query(
    `insert into dead_letters (agent_id, job_id, batch_id, reason, detail, stream, row_text, retention_class, created_at)
     values ($1, 'j', 'b', 'sqlstate_22021', 'bad', $2::jsonb, $3, 1, $4::timestamptz)`,
    [agentId, JSON.stringify({ namespace, pod_name: 'p' }), rowText(marker, createdUs), at],
  )
  return `?id=${id}&timestamp=${time.us}`
}

function rowText(message: string, us: number): string {
  const nothing = { originalBytes: null, severity: 9, flags: 0, groupId: null, attributes: '{"a":1}' }
  return encodeRow({
    ...nothing,
    time: { us, ns: 1 },
    createdUs: us,
    streamId: 1n,
    id: idOfUuid(randomUUID()),
    seq: 3,
    retentionClass: 1,
    message,
  })
}

const fieldNames = ['namespace', 'agent_id', 'deployment_object_id', 'labels.app', 'attributes.marker']

/** Every GET route of the product that query-api answers, with the ids of both agents in every place. */
export function allPaths({ mine, theirs, links, entries, searches }: World): string[] {
  const ids: Record<string, string[]> = {
    agent_id: [mine.id, theirs.id],
    'deployment-objects': [links.deployment, links.theirDeployment],
    'work-orders': [links.order, links.theirOrder],
    'saved-searches': searches,
  }
  return (
    apiRoutes
      // what goes over the WebSocket is the very stream of its sibling
      .filter(({ method, owner, path }) => method === 'GET' && owner === 'query-api' && path !== '/ws/logs')
      .flatMap(({ path }) => {
        const [, kind] = /\/([\w-]+)\/:id/.exec(path) ?? []
        if (path === '/api/v1/logs/context') return Object.values(entries).map((query) => path + query)
        if (path.includes(':name')) return fieldNames.map((name) => path.replace(':name', name))
        const values = path.includes(':agent_id') ? ids['agent_id'] : kind ? ids[kind] : ['']
        return (values ?? []).map((value) => path.replace(/:\w+/, value))
      })
  )
}

/** The paths whose answers hold one of the markers, which they were not asked by, and those that fail. */
export async function findLeaks(
  api: TestQueryApi,
  world: World,
  { as, markers }: { as: string; markers: string[] },
): Promise<string[]> {
  const found: string[] = []
  for (const path of allPaths(world)) {
    const { status, text } = path.endsWith('/stream') ? await follow(api, path, as) : await api.get(path, as)
    const shown = markers.filter((marker) => text.includes(marker) && !path.includes(marker))
    if (shown.length > 0 || ![200, 403, 404].includes(status)) found.push(path)
  }
  return found
}

/** What is replayed and what is given as the newest lines, of a stream that has no end. */
async function follow(
  api: TestQueryApi,
  path: string,
  as: string,
): Promise<{ status: number; text: string }> {
  const replay = await openSse(api, `${path}?since=1d`, { as })
  const tail = await openSse(api, `${path}?tail=100`, { as })
  if (replay.status === 200) await Promise.all([replay.untilLive(), tail.untilLive()])
  await Promise.all([replay.close(), tail.close()])
  return { status: replay.status, text: replay.text() + tail.text() }
}
