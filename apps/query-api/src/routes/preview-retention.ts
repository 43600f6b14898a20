import type { RetentionPreview } from '@logboom/contracts'
import { findRetentionStatus, previewRetention } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import type { z } from 'zod'
import { NoQuery } from '../list-queries.ts'
import { parseQuery } from '../parse-query.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readPolicy } from '../read-policy.ts'

/** What a run would delete now; deletes nothing, which is why it is answered here though it is a POST. */
export function previewRetentionRoute({ db, authenticator }: QueryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    parseQuery(req.query, NoQuery)
    const preview = await previewRetention(db, readPolicy(await findRetentionStatus(db)))
    res.json(preview satisfies z.infer<typeof RetentionPreview>)
  }
}
