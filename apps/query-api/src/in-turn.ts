import type { Principal } from '@logboom/service'
import type { Response } from 'express'
import type { QueryDeps } from './query-deps.ts'

/**
 * Does what may take PostgreSQL some time, when it is its turn. What it reads through the `deps` it is given ends when the
 * client goes away, in PostgreSQL too.
 * @throws {Problem} 503 when there is no turn for it in time
 */
export function inTurn<T>(
  deps: QueryDeps,
  { principal, res }: { principal: Principal; res: Response },
  work: (deps: QueryDeps, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const gone = new AbortController()
  res.once('close', () => gone.abort())
  const { signal } = gone
  const reading = { ...deps, db: { ...deps.db, signal } }
  return deps.gates.search.run({ subject: principal.subject, signal }, () => work(reading, signal))
}
