import type { RequestHandler } from 'express'
import { StatsQuery } from '../list-queries.ts'
import { parseQuery } from '../parse-query.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readStats } from '../read-stats.ts'
import { requireReadableAgent } from '../readable-subjects.ts'

export function getStatsRoute(deps: QueryDeps): RequestHandler {
  return async (req, res) => {
    const principal = await deps.authenticator.authenticate(req)
    const { agent_id: agentId = null } = parseQuery(req.query, StatsQuery)
    if (agentId !== null) await requireReadableAgent(deps, principal, agentId)
    res.json(await readStats(deps, principal, agentId))
  }
}
