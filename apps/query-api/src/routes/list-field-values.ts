import { Problem } from '@logboom/contracts'
import type { Request, RequestHandler } from 'express'
import { answerSearch } from '../answer-logs.ts'
import { parseField } from '../field-names.ts'
import { findFieldValues } from '../find-field-values.ts'
import type { ValuesQuery } from '../find-field-values.ts'
import { parseFieldValuesQuery } from '../log-query.ts'
import { anySubject } from '../log-subjects.ts'
import type { RawQuery } from '../parse-query.ts'
import type { QueryDeps } from '../query-deps.ts'

export function listFieldValuesRoute(deps: QueryDeps): RequestHandler {
  return answerSearch(deps, anySubject, parseValuesQuery, findFieldValues)
}

function parseValuesQuery(raw: RawQuery, req: Request): ValuesQuery {
  const name = String(req.params['name'])
  const field = parseField(name)
  if (!field) throw new Problem('not_found', 'there is no such field')
  return { ...parseFieldValuesQuery(raw), name, field }
}
