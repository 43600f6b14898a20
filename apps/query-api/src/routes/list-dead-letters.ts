import { findHorizon, listDeadLetters } from '@logboom/db'
import type { RequestHandler } from 'express'
import { answerList } from '../answer-list.ts'
import { DeadLettersQuery } from '../list-queries.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readScopeOf } from '../read-scope.ts'
import { requireReadableAgent } from '../readable-subjects.ts'
import { toDeadLetter } from '../to-dead-letter.ts'

export function listDeadLettersRoute(deps: QueryDeps): RequestHandler {
  return answerList(deps, {
    name: 'dead_letters',
    query: DeadLettersQuery,
    async list({
      principal,
      query: { agent_id: agentId = null, batch_id: batchId = null, reason = null },
      page,
    }) {
      if (agentId) await requireReadableAgent(deps, principal, agentId)
      const { classes } = await findHorizon(deps.db)
      const sight = { scope: readScopeOf(principal), classes }
      const letters = await listDeadLetters(deps.db, sight, { agentId, batchId, reason }, page)
      return letters.map(toDeadLetter)
    },
    positionOf: ({ failed_at, id }) => ({ at: failed_at, id }),
  })
}
