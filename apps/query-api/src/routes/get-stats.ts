import type { RequestHandler } from 'express'
import { inTurn } from '../in-turn.ts'
import { StatsQuery } from '../list-queries.ts'
import { parseQuery } from '../parse-query.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readStats } from '../read-stats.ts'
import { requireReadableAgent } from '../readable-subjects.ts'

export function getStatsRoute(deps: QueryDeps): RequestHandler {
  return async (req, res) => {
    const principal = await deps.authenticator.authenticate(req)
    const { agent_id: agentId = null } = parseQuery(req.query, StatsQuery)
    const stats = await inTurn(deps, { principal, res }, async (reading) => {
      if (agentId !== null) await requireReadableAgent(reading, principal, agentId)
      return readStats(reading, principal, agentId)
    })
    res.json(stats)
  }
}
