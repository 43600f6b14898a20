import { Problem } from '@logboom/contracts'
import type { DeploymentObject } from '@logboom/contracts'
import { findDeploymentObject } from '@logboom/db'
import type { RequestHandler } from 'express'
import { NoQuery } from '../list-queries.ts'
import { parseQuery } from '../parse-query.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readScopeOf } from '../read-scope.ts'
import { pathId } from '../readable-subjects.ts'

export function getDeploymentObjectRoute({ db, authenticator }: QueryDeps): RequestHandler {
  return async (req, res) => {
    const principal = await authenticator.authenticate(req)
    const id = pathId(req, 'id', 'deployment_object_not_found')
    parseQuery(req.query, NoQuery)
    const found = await findDeploymentObject(db, readScopeOf(principal), id)
    if (!found) throw new Problem('deployment_object_not_found')
    res.json(found satisfies DeploymentObject)
  }
}
