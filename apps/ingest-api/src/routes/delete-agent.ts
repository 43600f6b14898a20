import { Problem } from '@logboom/contracts'
import { deleteAgent } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { pathId } from '../path-id.ts'
import type { RegistryDeps } from '../registry-deps.ts'

export function deleteAgentRoute({ db, authenticator, credentials }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const id = pathId(req, 'agent_id', 'agent_not_found')
    const revokedPakIds = await deleteAgent(db, { id })
    if (revokedPakIds === null) throw new Problem('agent_not_found')
    credentials.revoke(revokedPakIds)
    res.status(204).end()
  }
}
