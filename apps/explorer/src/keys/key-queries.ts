import { queryOptions, useQueryClient } from '@tanstack/react-query'
import type { IssuedPak, Pak } from '@logboom/contracts'
import { readAll } from '../api/read-all.ts'
import { sendJson } from '../api/request.ts'

export const keysQuery = queryOptions({
  queryKey: ['keys', 'all'],
  queryFn: ({ signal }) => readAll<Pak>('/paks', 'paks', signal),
})

export function agentKeysQuery(agentId: string) {
  return queryOptions({
    queryKey: ['keys', agentId],
    queryFn: ({ signal }) => readAll<Pak>(`/agents/${encodeURIComponent(agentId)}/paks`, 'paks', signal),
  })
}

/** What a new key is for, and whose it is. */
export interface NewKey {
  kind: Pak['kind']
  agentId?: string | undefined
  label: string
  expiresAt?: string | undefined
  agents?: string[] | undefined
  namespaces?: string[] | undefined
}

export function issueKey({
  kind,
  agentId,
  label,
  expiresAt,
  agents,
  namespaces,
}: NewKey): Promise<IssuedPak> {
  const shared = { label, ...(expiresAt !== undefined && { expires_at: expiresAt }) }
  if (kind === 'agent') return sendJson('POST', `/agents/${agentId}/paks`, shared)
  return sendJson('POST', '/paks', {
    ...shared,
    kind,
    ...(kind === 'reader' && agents && agents.length > 0 && { scope_agents: agents }),
    ...(kind === 'reader' && namespaces && namespaces.length > 0 && { scope_namespaces: namespaces }),
  })
}

/** A key with the same rights, and an end for the one that it takes the place of. */
export async function rotateKey(old: Pak, endsAt: string): Promise<IssuedPak> {
  const issued = await issueKey({
    kind: old.kind,
    agentId: old.agent_id ?? undefined,
    label: old.label,
    agents: old.scope_agents ?? undefined,
    namespaces: old.scope_namespaces ?? undefined,
  })
  await sendJson('PATCH', `/paks/${old.id}`, { expires_at: endsAt })
  return issued
}

export function revokeKey({ id }: Pak): Promise<void> {
  return sendJson('DELETE', `/paks/${id}`)
}

export function useKeysChanged(): () => Promise<void> {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['keys'] })
}
