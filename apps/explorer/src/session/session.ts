import { queryOptions, useQuery } from '@tanstack/react-query'
import { ApiProblem } from '../api/api-problem.ts'
import { getJson, rememberCsrfToken, sendJson } from '../api/request.ts'

/** Who is signed in, by the cookie that the browser holds and no script can read. */
export interface Session {
  csrf_token: string
  kind: 'admin' | 'agent' | 'reader'
  /** Null: all. */
  agents: string[] | null
  namespaces: string[] | null
  label: string
  expires_at: string
}

/** Null: nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => remember(await findSession(signal)),
  staleTime: 5 * 60_000,
})

export function useSession(): Session | null | undefined {
  return useQuery(sessionQuery).data
}

/** @throws {ApiProblem} 401 for a key that is not known */
export async function signIn(pak: string): Promise<Session | null> {
  return remember(await sendJson<Session>('POST', '/auth/session', { pak }))
}

export async function signOut(): Promise<void> {
  await sendJson('DELETE', '/auth/session')
  remember(null)
}

async function findSession(signal: AbortSignal): Promise<Session | null> {
  return getJson<Session>('/auth/session', { signal }).catch((error: unknown) => {
    if (error instanceof ApiProblem && error.status === 401) return null
    throw error
  })
}

function remember(session: Session | null): Session | null {
  rememberCsrfToken(session?.csrf_token)
  return session
}
