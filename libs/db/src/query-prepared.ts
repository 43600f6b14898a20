import type { QueryResult, QueryResultRow } from 'pg'
import type { Sql } from 'sql-template-tag'
import type { Database } from './open-database.ts'
import { runStatement } from './run-statement.ts'

/**
 * Runs a statement that reads, and for which there is one good plan whatever its values: PostgreSQL then parses it once
 * on each connection, and from the sixth time on may plan it no more. Of 10 M rows in 25 partitions, a search for the
 * newest 100 of a loud agent costs it 2.1 instead of 4.9 ms of processor time, for an agent with one line 1.0 instead of 2.9.
 *
 * Not for a statement whose best plan depends on how many rows an agent has: one plan is kept for all of them. Which
 * statements may be kept, prepared-plans.int.test.ts shows.
 *
 * Where something between us and PostgreSQL gives each transaction another connection, the statement is missing there
 * or known already: it is then run as it is, and so is every one after it.
 */
export async function queryPrepared<Row extends QueryResultRow>(
  db: Pick<Database, 'pool' | 'names' | 'signal'>,
  statement: Sql,
): Promise<QueryResult<Row>> {
  const { names } = db
  const { text, values } = statement
  const name = names?.nameOf(text)
  if (name === undefined) return runStatement<Row>(db, { text, values })
  try {
    return await runStatement<Row>(db, { name, text, values })
  } catch (error) {
    if (!isOfPreparation(error)) throw error
    names?.giveUp()
    return runStatement<Row>(db, { text, values })
  }
}

/** Missing, there already, or of a time before a column got another type. */
function isOfPreparation(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return (
    error.code === '26000' ||
    error.code === '42P05' ||
    (error.code === '0A000' && error.message.includes('cached plan'))
  )
}
