import { listReceiptKeys } from '@logboom/db'
import type { RequestHandler } from 'express'
import { NoQuery } from '../list-queries.ts'
import { parseQuery } from '../parse-query.ts'
import type { QueryDeps } from '../query-deps.ts'
import { requireUnscoped } from '../readable-subjects.ts'

/** For those who may read receipts. Not among the keys of `jwks.json`: these must not pass for what tokens are checked by. */
export function listReceiptKeysRoute({ db, authenticator }: QueryDeps): RequestHandler {
  return async (req, res) => {
    requireUnscoped(await authenticator.authenticate(req))
    parseQuery(req.query, NoQuery)
    res.json({ keys: await listReceiptKeys(db) })
  }
}
