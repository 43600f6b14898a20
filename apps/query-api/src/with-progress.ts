import type { Agent, AgentWithProgress } from '@logboom/contracts'
import { anyStream, findProgress } from '@logboom/db'
import type { ReadScope } from '@logboom/db'
import type { QueryDeps } from './query-deps.ts'
import { toAgentProgress } from './search-progress.ts'

/** Agents that the caller may see, with how far each of them has got. */
export async function withProgress(
  { db, config }: QueryDeps,
  scope: ReadScope,
  agents: readonly Agent[],
): Promise<AgentWithProgress[]> {
  if (agents.length === 0) return []
  const theirs = { ...scope, agents: agents.map(({ id }) => id) }
  const options = { maxInstances: config.MAX_INSTANCES, limit: agents.length }
  const found = (await findProgress(db, theirs, anyStream, options)).map(toAgentProgress)
  const byId = new Map(found.map(({ agent_id, ...progress }) => [agent_id, progress]))
  return agents.map((agent) => ({ ...agent, ...(byId.get(agent.id) ?? unknown) }))
}

/** Of one that was deleted a moment ago. */
const unknown = { complete_until: null, lag_seconds: null }
