import { callOk } from '@logboom/system'
import type { AgentAccount } from '@logboom/system'
import type { ExplorerSystem } from './provided.ts'

// Test files push as fast as they can.
const limits = { requests_per_minute: 100_000, request_burst: 10_000 }

/** A new agent of that name, in the cluster `berlin`, with a key. */
export async function registerAgent(
  system: Pick<ExplorerSystem, 'ingestUrl' | 'admin'>,
  name: string,
): Promise<AgentAccount> {
  const agents = `${system.ingestUrl}/api/v1/agents`
  const as = system.admin
  const { id } = await callOk('POST', agents, { as, body: { name, cluster_name: 'berlin', limits } })
  const { pak } = await callOk('POST', `${agents}/${String(id)}/paks`, { as, body: { label: 'first' } })
  return { id: String(id), pak: String(pak) }
}
