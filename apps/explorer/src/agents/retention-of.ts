import type { RetentionReport } from '@logboom/contracts'

export interface AgentRetention {
  seconds: number
  /** Some of its namespaces have another one. */
  varies: boolean
}

/** How long an agent's lines are kept; namespaces that are assigned for all agents count as variation too. */
export function retentionOf(report: RetentionReport, agentId: string): AgentRetention | undefined {
  const own = report.assignments.find(({ agent_id, namespace }) => agent_id === agentId && namespace === null)
  const name = own?.retention_class ?? 'default'
  const found = report.classes.find((one) => one.name === name)
  const varies = report.assignments.some(
    ({ agent_id, namespace }) => namespace !== null && (agent_id === agentId || (agent_id === null && !own)),
  )
  return found && { seconds: found.retention_seconds, varies }
}
