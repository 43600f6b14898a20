import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Redirect, useLocation, useSearch } from 'wouter'
import { Failure } from '../components/failure.tsx'
import { Loading } from '../components/loading.tsx'
import { signInPath } from './return-path.ts'
import { sessionQuery } from './session.ts'

export function RequireSession({ children }: { children: ReactNode }) {
  const session = useQuery(sessionQuery)
  const [path] = useLocation()
  const search = useSearch()
  if (session.data) return children
  if (session.data === null) return <Redirect to={signInPath(search ? `${path}?${search}` : path)} replace />
  if (session.error) return <Failure error={session.error} retry={() => void session.refetch()} />
  return <Loading what="session" />
}
