import { Problem } from '@logboom/contracts'
import { deleteDeploymentObject } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { pathId } from '../path-id.ts'
import type { RegistryDeps } from '../registry-deps.ts'

export function deleteDeploymentObjectRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const id = pathId(req, 'id', 'deployment_object_not_found')
    if (!(await deleteDeploymentObject(db, { id }))) throw new Problem('deployment_object_not_found')
    res.status(204).end()
  }
}
