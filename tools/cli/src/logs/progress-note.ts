import type { SearchProgress } from '@logboom/contracts'
import type { AgentNames } from '../broker/agent-names.ts'
import { formatSpan, formatTime } from '../terminal/format-time.ts'
import type { Zone } from '../terminal/format-time.ts'

/** Agents send twice a minute: less than this is no lag. */
const lagWorthTellingS = 60
const agentsTold = 3

/**
 * "No such line" and "not here yet" are different answers: how far what was searched is complete. Empty when there is
 * nothing to say: lines were found and nobody lags.
 */
export function progressNote(
  { complete_until, agents: progress }: SearchProgress,
  {
    found,
    until,
    agents,
    zone,
  }: { found: number; until: string | undefined; agents: AgentNames; zone: Zone },
): string {
  if (complete_until !== null && isBefore(until, complete_until)) return ''
  const late = progress.filter(({ lag_seconds }) => lag_seconds === null || lag_seconds >= lagWorthTellingS)
  if (found > 0 && late.length === 0) return ''
  const parts = late.slice(0, agentsTold).map(({ agent_id, lag_seconds }) => {
    const name = agents.of(agent_id)
    return lag_seconds === null
      ? `agent ${name} has not said how far it has read`
      : `agent ${name} is ${formatSpan(lag_seconds)} behind`
  })
  const others = late.length - parts.length
  if (others > 0) parts.push(`${others === 1 ? 'one more lags' : `${others} more lag`}, too`)
  return `${[completeness(complete_until, progress.length, zone), ...parts].join('; ')}\n`
}

function completeness(completeUntil: string | null, agents: number, zone: Zone): string {
  if (completeUntil !== null) return `complete until ${formatTime(completeUntil, zone)}`
  return agents === 0 ? 'no agent has sent anything that this could find' : 'not known to be complete'
}

/** Only of times that are absolute; relative ones are near enough to now to be told of. */
function isBefore(until: string | undefined, time: string): boolean {
  const at = until === undefined ? Number.NaN : Date.parse(until)
  return at <= Date.parse(time)
}
