import type { AgentProgress, SearchProgress } from '@logboom/contracts'
import { formatTimestamp, timeOfNanos } from '@logboom/contracts'
import type { FoundProgress, ProgressOptions } from '@logboom/db'
import type { QueryConfig } from './config.ts'

const agentsMax = 20

/** Of how many agents a search is told. */
export function progressOptionsOf({ MAX_INSTANCES }: Pick<QueryConfig, 'MAX_INSTANCES'>): ProgressOptions {
  return { maxInstances: MAX_INSTANCES, limit: agentsMax }
}

/** How far the lines of a search can be believed to be all there are. */
export function toSearchProgress(found: readonly FoundProgress[]): SearchProgress {
  const agents = found.map(toAgentProgress)
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
