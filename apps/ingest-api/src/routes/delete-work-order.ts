import { Problem } from '@logboom/contracts'
import { deleteWorkOrder } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { pathId } from '../path-id.ts'
import type { RegistryDeps } from '../registry-deps.ts'

export function deleteWorkOrderRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const id = pathId(req, 'id', 'work_order_not_found')
    if (!(await deleteWorkOrder(db, { id }))) throw new Problem('work_order_not_found')
    res.status(204).end()
  }
}
