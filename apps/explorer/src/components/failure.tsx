import { useLocation, useSearch } from 'wouter'
import { ApiProblem } from '../api/api-problem.ts'
import { explainProblem } from '../api/explain-problem.ts'
import { signInPath } from '../session/return-path.ts'

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
          </button>
        </p>
      )}
    </div>
  )
}
