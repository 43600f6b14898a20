import { Problem } from '@logboom/contracts'
import { deleteRetentionAssignment } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { Request, RequestHandler } from 'express'
import { z } from 'zod'
import type { RegistryDeps } from '../registry-deps.ts'

/** `?agent_id=` and `?namespace=` name the assignment, as they stood in its body; what is left out was null there. */
export function deleteRetentionAssignmentRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const { agent_id: agentId = null, namespace = null } = readQuery(req)
    if (agentId === null && namespace === null)
      throw new Problem('invalid_parameter', 'agent_id, namespace or both are needed')
    const deleted = await deleteRetentionAssignment(db.pool, { agentId, namespace })
    if (!deleted) throw new Problem('not_found', 'there is no such assignment')
    res.status(204).end()
  }
}

const Query = z.strictObject({
  agent_id: z.uuid().optional(),
  namespace: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[^\0]*$/)
    .optional(),
})

function readQuery(req: Request): z.infer<typeof Query> {
  const { data, error } = Query.safeParse(req.query)
  if (data) return data
  const [issue] = error.issues
  if (issue?.code === 'unrecognized_keys')
    throw new Problem('unknown_parameter', `unknown: ${issue.keys.join(', ')}`)
  throw new Problem('invalid_parameter', `${issue?.path.join('.')}: ${issue?.message}`)
}
