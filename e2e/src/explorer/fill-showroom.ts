import { randomUUID } from 'node:crypto'
import { callOk } from '@logboom/system'
import type { AgentAccount } from '@logboom/system'
import { inventLines } from './invent-lines.ts'
import type { ExplorerSystem } from './provided.ts'
import { pushLines } from './push-lines.ts'

export interface Showroom {
  /** Of the one with most lines. */
  agentId: string
}

type Place = Pick<ExplorerSystem, 'ingestUrl' | 'admin'>

const limits = { requests_per_minute: 100_000, request_burst: 10_000 }

/** Agents, keys, retention and an hour of lines, as a shop might have them. */
export async function fillShowroom(place: Place): Promise<Showroom> {
  const nowMs = Date.now()
  const berlin = await addAgent(place, 'shop-prod', 'berlin')
  const oslo = await addAgent(place, 'shop-prod-2', 'oslo')
  const factory = await addAgent(place, 'press-line-7', 'factory')
  await addAgent(place, 'lab', 'basement')
  const links = await addLinks(place, berlin)
  const times = { fromMs: nowMs - 3_600_000, untilMs: nowMs - 2_000 }
  const lines = inventLines({ count: 24_000, ...times })
  const gap = {
    namespace: 'shop',
    pod_name: 'payments-59c8f7d6b-v9t6n',
    container_name: 'app',
    from: new Date(nowMs - 1_250_000).toISOString(),
    to: new Date(nowMs - 1_242_000).toISOString(),
    lines: 214,
    reason: 'rotated',
  }
  await pushLines(
    place.ingestUrl,
    berlin,
    lines.map((line, index) => (index % 40 === 0 ? { ...line, ...links } : line)),
    [gap],
  )
  await pushLines(place.ingestUrl, oslo, inventLines({ count: 9_000, ...times, seed: 11 }))
  await pushLines(
    place.ingestUrl,
    factory,
    inventLines({ count: 2_000, ...times, untilMs: nowMs - 400_000, seed: 3 }),
  )
  await addPolicy(place)
  await reportProgress(place, berlin, nowMs - 1_000)
  await reportProgress(place, oslo, nowMs - 2_000)
  await reportProgress(place, factory, nowMs - 400_000)
  return { agentId: berlin.id }
}

async function addAgent(
  { ingestUrl, admin: as }: Place,
  name: string,
  cluster: string,
): Promise<AgentAccount> {
  const agents = `${ingestUrl}/api/v1/agents`
  const { id } = await callOk('POST', agents, { as, body: { name, cluster_name: cluster, limits } })
  const { pak } = await callOk('POST', `${agents}/${String(id)}/paks`, {
    as,
    body: { label: `${name} in ${cluster}` },
  })
  return { id: String(id), pak: String(pak) }
}

async function addLinks({ ingestUrl, admin: as }: Place, agent: AgentAccount) {
  const [work_order_id, deployment_object_id] = [randomUUID(), randomUUID()]
  const api = `${ingestUrl}/api/v1`
  const order = { agent_id: agent.id, work_type: 'roll out checkout 4.12', status: 'COMPLETED' }
  await callOk('PUT', `${api}/work-orders/${work_order_id}`, { as, body: order })
  await callOk('PUT', `${api}/deployment-objects/${deployment_object_id}`, {
    as,
    body: { agent_id: agent.id, name: 'checkout' },
  })
  return { work_order_id, deployment_object_id }
}

async function addPolicy({ ingestUrl, admin: as }: Place): Promise<void> {
  const api = `${ingestUrl}/api/v1`
  await callOk('PUT', `${api}/retention/classes/audit`, { as, body: { retention_seconds: 7 * 86_400 } })
  await callOk('PUT', `${api}/retention/assignments`, {
    as,
    body: { namespace: 'billing', retention_class: 'audit' },
  })
  const ends = new Date(Date.now() + 2 * 86_400_000).toISOString()
  await callOk('POST', `${api}/paks`, { as, body: { kind: 'reader', label: 'on call' } })
  const wall = { kind: 'reader', label: 'screen in the hall', scope_namespaces: ['shop'], expires_at: ends }
  await callOk('POST', `${api}/paks`, { as, body: wall })
}

/** How far an agent says that it has read. */
async function reportProgress(
  { ingestUrl }: Place,
  { id, pak }: AgentAccount,
  untilMs: number,
): Promise<void> {
  const until = new Date(untilMs).toISOString()
  const body = { version: '0.1.0', instance: 'a', read_until: { until, after_batch: 0 } }
  const headers = { 'Logboom-Sent-At': new Date().toISOString() }
  await callOk('POST', `${ingestUrl}/api/v1/agents/${id}/heartbeat`, { as: pak, body, headers })
}
