import { effectiveLimits, Problem } from '@logboom/contracts'
import type { LimitsAnswer } from '@logboom/contracts'
import { findAgentLimits } from '@logboom/db'
import { requireAgentSelf } from '@logboom/service'
import type { Request, RequestHandler } from 'express'
import type { z } from 'zod'
import { pathId } from '../path-id.ts'
import type { RegistryDeps } from '../registry-deps.ts'

/** What an agent may send, and up to which batch all that it sent is safe. */
export function getLimitsRoute({ db, authenticator, defaultLimits }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    const principal = await authenticator.authenticate(req)
    const id = pathId(req, 'agent_id', 'agent_not_found')
    requireAgentSelf(principal, id, { adminMay: true })
    refuseParameters(req)
    const found = await findAgentLimits(db, { id })
    if (!found) throw new Problem('agent_not_found')
    res.json({
      ...effectiveLimits(defaultLimits, found.limits),
      retention_seconds: found.retentionSeconds,
      committed_through: found.committedThrough,
    } satisfies z.infer<typeof LimitsAnswer>)
  }
}

/** @throws {Problem} 400 that names the first query parameter: this route has none */
function refuseParameters(req: Request): void {
  const parameter = Object.keys(req.query)[0]?.slice(0, 100)
  if (parameter === undefined) return
  throw new Problem('unknown_parameter', `${parameter}: is not a parameter of this route`, {
    members: { parameter },
  })
}
