import type { Sql } from 'sql-template-tag'
import sql, { join } from 'sql-template-tag'

/** What a caller may read; null = all. */
export interface ReadScope {
  agents: readonly string[] | null
  namespaces: readonly string[] | null
}

export interface RetentionSpan {
  classId: number
  retentionSeconds: number
}

/** What can be seen: whose rows, and how old they may be. Every read goes through it. */
export interface Sight {
  scope: ReadScope
  /** All classes there are, as `findHorizon` gives them: rows of any other class are seen by nobody. */
  classes: readonly RetentionSpan[]
}

/** Where a statement has whom a row belongs to; `namespace` is null for things that stand in none. */
export interface OwnerColumns {
  agentId: Sql
  namespace: Sql | null
}

export interface AgeColumns {
  retentionClass: Sql
  createdAt: Sql
}

/**
 * The one condition that hides what the caller may not read, what has expired but is not deleted yet, and
 * what belongs to a deleted agent. Searches that have resolved their streams by `ownerIsVisible` only add
 * `isUnexpired`.
 */
export function isVisible(sight: Sight, columns: OwnerColumns & AgeColumns): Sql {
  return sql`${ownerIsVisible(sight.scope, columns)} and ${isUnexpired(sight, columns)}`
}

/**
 * The half of `isVisible` that concerns the owner: for streams, and for the registry, whose rows do not
 * expire.
 */
export function ownerIsVisible(scope: ReadScope, { agentId, namespace }: OwnerColumns): Sql {
  const conditions = [
    sql`exists (select 1 from agents owner where owner.id = ${agentId} and owner.deleted_at is null)`,
  ]
  if (scope.agents) conditions.push(sql`${agentId} = any(${scope.agents}::uuid[])`)
  if (scope.namespaces && namespace) conditions.push(sql`${namespace} = any(${scope.namespaces}::text[])`)
  return join(conditions, ' and ')
}

/**
 * The half of `isVisible` that concerns age, by PostgreSQL's clock. One branch per class with its number
 * bound, and no join: so the planner drops the partitions of classes that are not there, and need not look at
 * the others' ages.
 */
export function isUnexpired(
  { classes }: Pick<Sight, 'classes'>,
  { retentionClass, createdAt }: AgeColumns,
): Sql {
  if (classes.length === 0) return sql`false`
  const branches = classes.map(
    ({ classId, retentionSeconds }) => sql`(${retentionClass} = ${classId}::smallint
      and ${createdAt} > now() - make_interval(secs => ${retentionSeconds}::integer))`,
  )
  return sql`(${join(branches, ' or ')})`
}
