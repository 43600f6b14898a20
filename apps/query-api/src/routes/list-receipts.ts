import { listReceipts } from '@logboom/db'
import type { RequestHandler } from 'express'
import { z } from 'zod'
import { answerList } from '../answer-list.ts'
import { ReceiptsQuery } from '../list-queries.ts'
import type { QueryDeps } from '../query-deps.ts'
import { requireUnscoped } from '../readable-subjects.ts'

/** Receipts name agents and deployment objects, so they are for those who may see all of them. */
export function listReceiptsRoute(deps: QueryDeps): RequestHandler {
  return answerList(deps, {
    name: 'receipts',
    query: ReceiptsQuery,
    list({
      principal,
      query: { kind = null, retention_class: retentionClass = null },
      page: { limit, after },
    }) {
      requireUnscoped(principal)
      const before = after && Number(after.id)
      return listReceipts(deps.db, { kind, retentionClass, before }, limit)
    },
    positionOf: ({ deleted_at, number }) => ({ at: deleted_at, id: String(number) }),
    Id: z.string().regex(/^\d{1,15}$/),
  })
}
