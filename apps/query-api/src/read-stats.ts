import type { AgentStats, Stats } from '@logboom/contracts'
import {
  anyStream,
  findHorizon,
  findProgress,
  findRetentionStatus,
  listAgentStats,
  measureDatabase,
} from '@logboom/db'
import type { AgentTotals, FoundProgress } from '@logboom/db'
import type { Principal } from '@logboom/service'
import { oldestRowAge } from './oldest-row-age.ts'
import type { QueryDeps } from './query-deps.ts'
import { readScopeOf } from './read-scope.ts'
import { toAgentProgress } from './search-progress.ts'

const agentsMax = 2_000
/** Those that lag most come first there: whoever is listed here should be among them. */
const progressMax = 100_000
const rateMinutes = 5

/** How much the caller may see, of one agent or of all. */
export async function readStats(
  deps: QueryDeps,
  principal: Principal,
  agentId: string | null,
): Promise<Stats> {
  const { db, config } = deps
  const scope = readScopeOf(principal)
  const options = { maxInstances: config.MAX_INSTANCES, limit: progressMax }
  const ofService = readService(deps, principal) // is of no agent, and need not wait for any
  ofService.catch(() => undefined)
  const [{ classes }, progress] = await Promise.all([
    findHorizon(db),
    findProgress(db, scope, { ...anyStream, agentId }, options),
  ])
  const { agents, sums } = await listAgentStats(db, { scope, classes }, { agentId, limit: agentsMax })
  const byId = new Map(progress.map((found) => [found.agentId, found]))
  return {
    entries: sums.entries,
    bytes: sums.bytes,
    entries_per_minute: sums.received / rateMinutes,
    gaps: sums.gaps,
    agents: sums.agents,
    ...(await ofService),
    per_agent: agents.map((agent) => toAgentStats(agent, byId.get(agent.agentId))),
  }
}

type OfService = Pick<Stats, 'oldest_row_age_seconds' | 'database_bytes' | 'queue'>

async function readService({ db, queueDepth }: QueryDeps, { kind }: Principal): Promise<OfService> {
  const isAdmin = kind === 'admin'
  const [status, database_bytes, queue] = await Promise.all([
    findRetentionStatus(db),
    isAdmin ? measureDatabase(db) : null,
    isAdmin && queueDepth ? queueDepth.read() : null,
  ])
  return { oldest_row_age_seconds: oldestRowAge(status), database_bytes, queue }
}

function toAgentStats(agent: AgentTotals, progress: FoundProgress | undefined): AgentStats {
  const { agentId, name, clusterName, entries, bytes, received, lastSeen, gaps } = agent
  const { complete_until, lag_seconds } = toAgentProgress(
    progress ?? { agentId, untilNs: null, lagSeconds: null },
  )
  return {
    agent_id: agentId,
    name,
    cluster_name: clusterName,
    entries,
    bytes,
    entries_per_minute: received / rateMinutes,
    last_seen: lastSeen,
    complete_until,
    lag_seconds,
    gaps,
  }
}
