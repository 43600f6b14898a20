import { RetentionAssignment } from '@logboom/contracts'
import { putRetentionAssignment } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { invalidField, readJson } from '../read-json.ts'
import type { RegistryDeps } from '../registry-deps.ts'

/** Holds for lines that are accepted from now on; replicas learn of it within 30 s. */
export function putRetentionAssignmentRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const assignment = await readJson(req, res, RetentionAssignment)
    const ofAll = assignment.agent_id === null && assignment.namespace === null
    if (ofAll) throw invalidField(['agent_id'], 'agent_id, namespace or both are needed')
    const outcome = await putRetentionAssignment(db.pool, assignment)
    if (outcome === 'class_not_found')
      throw invalidField(['retention_class'], 'there is no such retention class')
    if (outcome === 'agent_not_found') throw invalidField(['agent_id'], 'there is no such agent')
    res.json(assignment)
  }
}
