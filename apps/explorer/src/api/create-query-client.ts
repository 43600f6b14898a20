import { QueryClient } from '@tanstack/react-query'
import { ApiProblem } from './api-problem.ts'

/** Once at once; after that the page says what is wrong, counts down and tries again. */
const retriesMax = 1

/** Reads are tried again where that can help, no sooner than the API asks; what it refuses is not asked again. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < retriesMax && mayHelpToRetry(error),
        retryDelay: (failures, error) =>
          error instanceof ApiProblem && error.retryAfterMs !== undefined
            ? error.retryAfterMs
            : Math.min(1000 * 2 ** failures, 8000),
        refetchOnWindowFocus: false,
        staleTime: 10_000,
      },
    },
  })
}

export function mayHelpToRetry(error: unknown): boolean {
  if (!(error instanceof ApiProblem)) return false
  return error.status === 0 || error.status === 429 || error.status === 502 || error.status === 503
}
