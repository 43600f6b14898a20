import type { Sql } from 'sql-template-tag'
import sql from 'sql-template-tag'
import { millisText } from './list-page.ts'
import { ownerIsVisible } from './visible-rows.ts'
import type { ReadScope } from './visible-rows.ts'

/** Who looks at saved searches. */
export interface SearchViewer {
  subject: string
  scope: ReadScope
  /** Also those of others that are not shared. */
  all: boolean
}

/**
 * Of `saved_searches f`: one's own, and shared ones, unless they name an agent or a namespace that the viewer may not
 * read: a search tells names as well.
 */
export function searchIsVisible({ subject, scope, all }: SearchViewer): Sql {
  if (all) return sql`true`
  const ofAgent = ownerIsVisible(scope, { agentId: sql`f.agent_id`, namespace: null })
  const ofNamespace = scope.namespaces
    ? sql`(f.namespace is null or f.namespace = any(${scope.namespaces}::text[]))`
    : sql`true`
  return sql`(f.owner = ${subject}::text or (f.shared and (f.agent_id is null or ${ofAgent}) and ${ofNamespace}))`
}

/** Of `saved_searches f`, in the words of the API. */
export function searchColumns(subject: string): Sql {
  return sql`
    f.id, f.name, f.query, f.shared, f.owner, f.owner = ${subject}::text as own,
    ${millisText(sql`f.created_at`)} as created_at, ${millisText(sql`f.updated_at`)} as updated_at`
}
