/** The agent and the namespace that a search names, null where none: who may not read them is not shown it. */
export function searchNames(query: string): { agentId: string | null; namespace: string | null } {
  const parameters = new URLSearchParams(query)
  return { agentId: parameters.get('agent_id'), namespace: parameters.get('namespace') }
}
