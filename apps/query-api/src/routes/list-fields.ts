import type { RequestHandler } from 'express'
import { answerSearch } from '../answer-logs.ts'
import { findFields } from '../find-fields.ts'
import { parseFieldsQuery } from '../log-query.ts'
import { anySubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

export function listFieldsRoute(deps: QueryDeps): RequestHandler {
  return answerSearch(deps, anySubject, parseFieldsQuery, findFields)
}
