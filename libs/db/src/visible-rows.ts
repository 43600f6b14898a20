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

/** Where a table counts rows by the minute in which they were received. */
export interface CountedAgeColumns {
  retentionClass: Sql
  createdMinute: Sql
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

/** What `isUnexpired` leaves of counts: those of minutes of which no row, or not every row, has expired. */
export function mayBeUnexpired(sight: Pick<Sight, 'classes'>, columns: CountedAgeColumns): Sql {
  return ofClass(sight, columns, (minute, cutoff) => sql`${minute} > ${cutoff} - interval '1 minute'`)
}

/**
 * What `mayBeUnexpired` leaves out. The cut-off stands in the condition itself: how many counts there are beyond it, and
 * so how they are best found, is then known when the plan is made.
 */
export function expiredByMinute(
  { classes }: Pick<Sight, 'classes'>,
  { retentionClass, createdMinute }: CountedAgeColumns,
): Sql {
  if (classes.length === 0) return sql`false`
  const branches = classes.map(
    ({ classId, retentionSeconds }) => sql`(${retentionClass} = ${classId}::smallint
      and ${createdMinute} <= now() - make_interval(secs => ${retentionSeconds}::integer) - interval '1 minute')`,
  )
  return sql`(${join(branches, ' or ')})`
}

/** Counts that tell how many rows there are, but not how many of these have expired: the cut-off is in their minute. */
export function isExpiring(sight: Pick<Sight, 'classes'>, columns: CountedAgeColumns): Sql {
  return ofClass(sight, columns, (minute, cutoff) => sql`${minute} <= ${cutoff}`)
}

/** The end of the minute of receipt that a class is just losing. */
export function expiringUntil({ retentionSeconds }: RetentionSpan): Sql {
  const cutoff = sql`now() - make_interval(secs => ${retentionSeconds}::integer)`
  return sql`date_bin('1 minute', ${cutoff}, 'epoch') + interval '1 minute'`
}

/** The cut-off stands in a subquery: it is computed once, not for each of some hundred thousand counts. */
function ofClass(
  { classes }: Pick<Sight, 'classes'>,
  { retentionClass, createdMinute }: CountedAgeColumns,
  compare: (minute: Sql, cutoff: Sql) => Sql,
): Sql {
  if (classes.length === 0) return sql`false`
  const branches = classes.map(({ classId, retentionSeconds }) => {
    const cutoff = sql`(select now() - make_interval(secs => ${retentionSeconds}::integer))`
    return sql`(${retentionClass} = ${classId}::smallint and ${compare(createdMinute, cutoff)})`
  })
  return sql`(${join(branches, ' or ')})`
}
