import { Heartbeat, Problem } from '@logboom/contracts'
import { touchAgent } from '@logboom/db'
import { requireAgentSelf } from '@logboom/service'
import type { RequestHandler } from 'express'
import { pathId } from '../path-id.ts'
import { readJson } from '../read-json.ts'
import type { RegistryDeps } from '../registry-deps.ts'

/** A sign of life. `status` is the administrators' own note and stays as they set it. */
export function recordHeartbeatRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    const principal = await authenticator.authenticate(req)
    const { agentId: id } = requireAgentSelf(principal, pathId(req, 'agent_id', 'agent_not_found'))
    const { version } = await readJson(req, res, Heartbeat)
    if (!(await touchAgent(db, { id, version }))) throw new Problem('agent_not_found')
    res.status(204).end()
  }
}
