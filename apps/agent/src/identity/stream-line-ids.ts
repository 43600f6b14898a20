import { hash } from 'node:crypto'

/** Ids for the lines of a source that can be read only once: `session` is new each time it is opened. */
export function createStreamLineIds(session: string): (offset: number) => string {
  return (offset) => hash('sha256', `lb-stream-1|${session}|${offset}`).slice(0, 32)
}
