import { Problem, PutDeploymentObject } from '@logboom/contracts'
import { putDeploymentObject } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { pathId } from '../path-id.ts'
import { invalidField, readJson } from '../read-json.ts'
import type { RegistryDeps } from '../registry-deps.ts'

export function putDeploymentObjectRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const id = pathId(req, 'id', 'invalid_parameter')
    const { agent_id: agentId, name } = await readJson(req, res, PutDeploymentObject)
    const put = await putDeploymentObject(db, { id, agentId, name })
    if (put.outcome === 'agent_not_found') throw invalidField(['agent_id'], 'there is no such agent')
    if (put.outcome === 'other_agent')
      throw new Problem('conflict', 'this deployment object belongs to another agent')
    res.status(put.outcome === 'created' ? 201 : 200).json(put.deploymentObject)
  }
}
