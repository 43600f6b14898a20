import sql from 'sql-template-tag'
import { matchesStream } from './match-streams.ts'
import type { StreamFilter } from './match-streams.ts'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'
import type { ReadScope } from './visible-rows.ts'

export interface FollowedPlace {
  agentId: string
  namespace: string
  podName: string
}

/** The pods of streams, at most `limit`, those heard of last. */
export async function listFollowedPlaces(
  db: Database,
  scope: ReadScope,
  filter: StreamFilter,
  limit: number,
): Promise<FollowedPlace[]> {
  const { rows } = await queryPrepared<FollowedPlace>(
    db,
    sql`
    select s.agent_id as "agentId", s.namespace, s.pod_name as "podName"
    from log_streams s
    where ${matchesStream(scope, filter)}
    group by s.agent_id, s.namespace, s.pod_name
    order by max(s.last_seen) desc
    limit ${limit}::integer`,
  )
  return rows
}
