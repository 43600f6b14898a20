import { Problem, PutWorkOrder } from '@logboom/contracts'
import { putWorkOrder } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { pathId } from '../path-id.ts'
import { invalidField, readJson } from '../read-json.ts'
import type { RegistryDeps } from '../registry-deps.ts'

export function putWorkOrderRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const id = pathId(req, 'id', 'invalid_parameter')
    const { agent_id: agentId, work_type: workType, status } = await readJson(req, res, PutWorkOrder)
    const put = await putWorkOrder(db, { id, agentId, workType, status })
    if (put.outcome === 'agent_not_found') throw invalidField(['agent_id'], 'there is no such agent')
    if (put.outcome === 'other_agent')
      throw new Problem('conflict', 'this work order belongs to another agent')
    res.status(put.outcome === 'created' ? 201 : 200).json(put.workOrder)
  }
}
