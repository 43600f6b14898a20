import { useQuery } from '@tanstack/react-query'
import { agentsQuery } from './agent-queries.ts'

/** `name (cluster)` of an agent's id; the id itself where the agent is not known. */
export function useAgentNames(): (id: string) => string {
  const { data } = useQuery(agentsQuery)
  return (id) => {
    const agent = data?.items.find((known) => known.id === id)
    return agent ? `${agent.name} (${agent.cluster_name})` : id
  }
}
