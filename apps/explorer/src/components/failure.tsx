import { useLocation, useSearch } from 'wouter'
import { ApiProblem } from '../api/api-problem.ts'
import { mayHelpToRetry } from '../api/create-query-client.ts'
import { explainProblem } from '../api/explain-problem.ts'
import { signInPath } from '../session/return-path.ts'
import { RetryCountdown } from './retry-countdown.tsx'

/** Where the server does not say after how long. */
const retryMs = 10_000

/** A failure in words, with what to do; `retry` where asking again can help. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { title, advice, detail } = explainProblem(error)
  const problem = error instanceof ApiProblem ? error : undefined
  const [path] = useLocation()
  const search = useSearch()
  return (
    <div className="notice danger" role="alert">
      <strong>{title}</strong>
      <p>{advice}</p>
      {detail && detail !== title && (
        <p className="mono dim">
          {detail}
          {problem?.requestId && ` (request ${problem.requestId})`}
        </p>
      )}
      {problem?.status === 401 && path !== '/signin' && (
        <p>
          <a href={signInPath(search ? `${path}?${search}` : path)}>Sign in</a>
        </p>
      )}
      {retry && problem?.status !== 401 && (
        <p>
          <button className="button small" type="button" onClick={retry}>
            Try again
          </button>{' '}
          {problem && mayHelpToRetry(problem) && (
            <RetryCountdown afterMs={problem.retryAfterMs ?? retryMs} retry={retry} />
          )}
        </p>
      )}
    </div>
  )
}
