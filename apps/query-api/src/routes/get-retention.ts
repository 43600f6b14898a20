import type { RetentionAssignment, RetentionReport } from '@logboom/contracts'
import { findRetentionStatus, listRetentionPolicy } from '@logboom/db'
import type { ReadScope } from '@logboom/db'
import type { RequestHandler } from 'express'
import type { z } from 'zod'
import { NoQuery } from '../list-queries.ts'
import { oldestRowAge } from '../oldest-row-age.ts'
import { parseQuery } from '../parse-query.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readPolicy } from '../read-policy.ts'
import { readScopeOf } from '../read-scope.ts'

/** The policy in force, as far as it concerns the caller. */
export function getRetentionRoute({ db, authenticator }: QueryDeps): RequestHandler {
  return async (req, res) => {
    const scope = readScopeOf(await authenticator.authenticate(req))
    parseQuery(req.query, NoQuery)
    const [{ classes, assignments }, status] = await Promise.all([
      listRetentionPolicy(db.pool),
      findRetentionStatus(db),
    ])
    res.json({
      classes,
      assignments: assignments.filter((assignment) => concerns(scope, assignment)),
      ...readPolicy(status),
      last_run_at: status?.lastRunAt ?? null,
      next_run_at: status?.nextRunAt ?? null,
      oldest_row_age_seconds: oldestRowAge(status),
    } satisfies z.infer<typeof RetentionReport>)
  }
}

function concerns({ agents, namespaces }: ReadScope, { agent_id, namespace }: RetentionAssignment): boolean {
  if (agents && agent_id !== null && !agents.includes(agent_id)) return false
  return !(namespaces && namespace !== null && !namespaces.includes(namespace))
}
