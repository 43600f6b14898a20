import { Problem } from '@logboom/contracts'
import type { Caller } from '../create-gate.ts'
import type { QueryDeps } from '../query-deps.ts'
import type { RowsPart } from './read-parts.ts'

/**
 * Each part when it is its turn: the first like any search; the others have begun, and wait for as long as it takes.
 * @throws {Problem} 503 also when the service is about to stop
 */
export async function* takeParts(
  { gates, stopping }: QueryDeps,
  caller: Caller,
  parts: AsyncGenerator<RowsPart>,
): AsyncGenerator<RowsPart> {
  try {
    for (let patient = false; ; patient = true) {
      if (stopping.aborted) throw new Problem('unavailable', 'this process is about to stop')
      const { value, done } = await gates.export.run(caller, () => parts.next(), { patient })
      if (done) return
      yield value
    }
  } finally {
    await parts.return(undefined)
  }
}
