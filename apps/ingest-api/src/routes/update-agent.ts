import { Problem, UpdateAgent } from '@logboom/contracts'
import { updateAgent } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { pathId } from '../path-id.ts'
import { readJson } from '../read-json.ts'
import type { RegistryDeps } from '../registry-deps.ts'

/** New limits reach the replicas with their cached credentials, within 30 s. */
export function updateAgentRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const id = pathId(req, 'agent_id', 'agent_not_found')
    const { cluster_name: clusterName, ...fields } = await readJson(req, res, UpdateAgent)
    const agent = await updateAgent(db, { id, changes: { ...fields, clusterName } })
    if (agent === null) throw new Problem('agent_not_found')
    if (agent === 'taken') throw new Problem('conflict', 'another agent of this cluster has this name')
    res.json(agent)
  }
}
