import type { Query } from './open-broker.ts'

/** The parameters that have a value. */
export function queryOf(parameters: Record<string, string | undefined>): Query {
  return Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined)
}
