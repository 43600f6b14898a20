import { queryOptions } from '@tanstack/react-query'
import { getJson } from '../api/request.ts'

/** By what one can sign in here, besides a key. */
export interface Providers {
  pak: boolean
  oidc: { id: string; name: string }[]
}

/** Where it cannot be asked, a key is the way in. */
export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: ({ signal }) => getJson<Providers>('/auth/providers', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
})
