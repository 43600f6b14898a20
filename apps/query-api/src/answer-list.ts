import type { ListPage } from '@logboom/db'
import type { Principal } from '@logboom/service'
import type { Request, RequestHandler } from 'express'
import { z } from 'zod'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { Cursor, Limit } from './log-query.ts'
import { parseQuery } from './parse-query.ts'
import type { QueryDeps } from './query-deps.ts'

/** The query parameters that every list has. */
export const listQuery = { limit: Limit, cursor: Cursor.optional() }

type ListQuery = z.ZodObject<typeof listQuery>

export interface ListOptions<S extends ListQuery, T> {
  /** What the items are called in the answer. */
  name: string
  query: S
  /** Up to `page.limit` items; it also sees to it that the caller may have them. */
  list: (request: { req: Request; principal: Principal; query: z.output<S>; page: ListPage }) => Promise<T[]>
  positionOf: (item: T) => { at: string; id: string }
  /** Default: UUIDs. */
  Id?: z.ZodType<string>
}

/** A route that answers `{ <name>: [...], has_more, next_cursor }`. */
export function answerList<S extends ListQuery, T>(
  deps: QueryDeps,
  options: ListOptions<S, T>,
): RequestHandler {
  const Position = z.object({ at: z.iso.datetime(), id: options.Id ?? z.guid() })
  return async (req, res) => {
    const principal = await deps.authenticator.authenticate(req)
    const query = parseQuery(req.query, options.query)
    const { limit, cursor, ...filters }: { limit: number; cursor?: string | undefined } = query
    // The path is part of what a cursor belongs to.
    const belongsTo = [req.path.toLowerCase(), filters]
    const after = cursor === undefined ? null : decodeCursor(cursor, belongsTo, Position)
    const items = await options.list({ req, principal, query, page: { limit: limit + 1, after } })
    const page = items.slice(0, limit)
    const last = page.at(-1)
    const hasMore = items.length > limit && last !== undefined
    res.json({
      [options.name]: page,
      has_more: hasMore,
      next_cursor: hasMore ? encodeCursor(belongsTo, options.positionOf(last)) : null,
    })
  }
}

/** Of what was created at a time: nearly everything. */
export function byCreation({ created_at, id }: { created_at: string; id: string }): {
  at: string
  id: string
} {
  return { at: created_at, id }
}
