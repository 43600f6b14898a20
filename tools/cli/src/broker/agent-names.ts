import type { AgentWithProgress } from '@logboom/contracts'
import { collect, listAll } from './list-all.ts'
import type { Broker } from './open-broker.ts'

/** What agents are called, where people read it. */
export interface AgentNames {
  /** Its name, with its cluster where another one has the same; the beginning of its id when it is not known. */
  of(agentId: string): string
}

const agentsMax = 5_000

/** Asked once; who may not list agents reads ids. */
export async function readAgentNames(broker: Broker): Promise<AgentNames> {
  const agents = await collect(
    listAll<AgentWithProgress>(broker, '/api/v1/agents', 'agents'),
    agentsMax,
  ).catch(() => [])
  return namesOf(agents)
}

export function namesOf(
  agents: readonly Pick<AgentWithProgress, 'id' | 'name' | 'cluster_name'>[],
): AgentNames {
  const bearers = new Map<string, number>()
  for (const { name } of agents) bearers.set(name, (bearers.get(name) ?? 0) + 1)
  const names = new Map(
    agents.map(({ id, name, cluster_name }) => [
      id,
      bearers.get(name) === 1 ? name : `${cluster_name}/${name}`,
    ]),
  )
  return { of: (id) => names.get(id) ?? id.slice(0, 8) }
}
