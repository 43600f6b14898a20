import { queryOptions, useQuery } from '@tanstack/react-query'
import type { AgentWithProgress } from '@logboom/contracts'
import { getJson } from '../api/request.ts'

/** The agents that the signed-in may see, with how far each has got; asked again every 15 s. */
export const agentsQuery = queryOptions({
  queryKey: ['agents', 'all'],
  queryFn: ({ signal }) => getJson<{ agents: AgentWithProgress[] }>('/agents?limit=1000', { signal }),
  select: ({ agents }) => agents,
  refetchInterval: 15_000,
})

/** `name (cluster)` of an agent's id; the id itself where the agent is not known. */
export function useAgentNames(): (id: string) => string {
  const { data = [] } = useQuery(agentsQuery)
  return (id) => {
    const agent = data.find((known) => known.id === id)
    return agent ? `${agent.name} (${agent.cluster_name})` : id
  }
}
