import { queryOptions } from '@tanstack/react-query'
import type { AgentStats, AgentWithProgress, RetentionReport, Stats, StoredGap } from '@logboom/contracts'
import { readAll } from '../api/read-all.ts'
import { getJson } from '../api/request.ts'

const refreshMs = 10_000

export const agentsQuery = queryOptions({
  queryKey: ['agents', 'whole'],
  queryFn: ({ signal }) => readAll<AgentWithProgress>('/agents', 'agents', signal),
  refetchInterval: refreshMs,
})

export function agentQuery(id: string) {
  return queryOptions({
    queryKey: ['agents', 'one', id],
    queryFn: ({ signal }) => getJson<AgentWithProgress>(`/agents/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: refreshMs,
  })
}

export const statsQuery = queryOptions({
  queryKey: ['stats'],
  queryFn: ({ signal }) => getJson<Stats>('/stats', { signal }),
  refetchInterval: refreshMs,
})

export const retentionQuery = queryOptions({
  queryKey: ['retention'],
  queryFn: ({ signal }) => getJson<RetentionReport>('/retention', { signal }),
})

export function gapsQuery(agentId: string) {
  return queryOptions({
    queryKey: ['gaps', agentId],
    queryFn: ({ signal }) =>
      getJson<{ gaps: StoredGap[]; has_more: boolean }>(
        `/gaps?agent_id=${encodeURIComponent(agentId)}&limit=100`,
        {
          signal,
        },
      ),
    refetchInterval: refreshMs * 3,
  })
}

export function statsOf(stats: Stats | undefined, agentId: string): AgentStats | undefined {
  return stats?.per_agent.find(({ agent_id }) => agent_id === agentId)
}
