import type { AgentProgress, SearchProgress } from '@logboom/contracts'
import { formatTimestamp, timeOfNanos } from '@logboom/contracts'
import { findProgress } from '@logboom/db'
import type { FoundProgress } from '@logboom/db'
import type { LogSearch } from './log-search.ts'
import type { QueryDeps } from './query-deps.ts'

const agentsMax = 20

/** How far the lines of a search can be believed to be all there are. */
export async function searchProgress(
  { db, config }: QueryDeps,
  { scope, streams }: Pick<LogSearch<unknown>, 'scope' | 'streams'>,
): Promise<SearchProgress> {
  const options = { maxInstances: config.MAX_INSTANCES, limit: agentsMax }
  const agents = (await findProgress(db, scope, streams, options)).map(toAgentProgress)
  // the one that lags most: what holds for it holds for all
  return { complete_until: agents[0]?.complete_until ?? null, agents }
}

/** In the words of the API. */
export function toAgentProgress({ agentId, untilNs, lagSeconds }: FoundProgress): AgentProgress {
  return {
    agent_id: agentId,
    complete_until: untilNs === null ? null : formatTimestamp(timeOfNanos(untilNs)),
    lag_seconds: lagSeconds,
  }
}
