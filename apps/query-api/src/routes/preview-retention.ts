import type { RetentionPreview } from '@logboom/contracts'
import { findRetentionStatus, previewRetention } from '@logboom/db'
import type { SupposedClass } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import type { z } from 'zod'
import { PreviewQuery } from '../list-queries.ts'
import { parameterProblem, parseQuery } from '../parse-query.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readPolicy } from '../read-policy.ts'

/** What a run would delete, now or if a class were changed; deletes nothing, which is why it is answered here though it is a POST. */
export function previewRetentionRoute({ db, authenticator }: QueryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const supposed = supposedOf(parseQuery(req.query, PreviewQuery))
    const preview = await previewRetention(db, readPolicy(await findRetentionStatus(db)), supposed)
    res.json(preview satisfies z.infer<typeof RetentionPreview>)
  }
}

/** @throws {Problem} 400 for half of it */
function supposedOf({
  retention_class: name,
  retention_seconds: retentionSeconds,
}: z.output<typeof PreviewQuery>): SupposedClass | undefined {
  if (name === undefined && retentionSeconds === undefined) return undefined
  if (name !== undefined && retentionSeconds !== undefined) return { name, retentionSeconds }
  const missing = name === undefined ? 'retention_class' : 'retention_seconds'
  throw parameterProblem('invalid_parameter', missing, 'is needed with the other one')
}
