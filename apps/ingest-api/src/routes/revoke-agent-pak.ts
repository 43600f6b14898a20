import { Problem } from '@logboom/contracts'
import { revokePak } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { pathId } from '../path-id.ts'
import type { RegistryDeps } from '../registry-deps.ts'

export function revokeAgentPakRoute({ db, authenticator, credentials }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const agentId = pathId(req, 'agent_id', 'agent_not_found')
    const id = pathId(req, 'pak_id', 'not_found')
    const outcome = await revokePak(db, { id, agentId })
    if (outcome === 'not_found') throw new Problem('not_found', 'this agent has no such key')
    credentials.revoke([id])
    res.status(204).end()
  }
}
