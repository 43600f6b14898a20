import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { agentsQuery } from '../agents/agent-queries.ts'

export function AgentLink({ id }: { id: string }) {
  const name = useQuery(agentsQuery).data?.items.find((agent) => agent.id === id)?.name
  return <Link href={`/agents/${id}`}>{name ?? id.slice(0, 8)}</Link>
}
