import type { SearchProgress } from '@logboom/contracts'
import { formatDuration } from '../format/format-duration.ts'

export interface ProgressWords {
  tone: 'good' | 'warning' | ''
  words: string
  detail: string
}

/** Agents send every half minute or so; beyond three of these somebody should look. */
const lagNoticedSeconds = 90

/** What an answer says of how complete it is. */
export function describeProgress(
  { complete_until, agents }: SearchProgress,
  agentName: (id: string) => string,
  clock: (timestamp: string) => string,
): ProgressWords {
  const detail = agents
    .map(({ agent_id, lag_seconds }) =>
      lag_seconds === null
        ? `${agentName(agent_id)}: has not said how far it has read`
        : `${agentName(agent_id)}: ${formatDuration(lag_seconds)} behind`,
    )
    .join('\n')
  if (complete_until === null) {
    const silent = agents.filter(({ lag_seconds }) => lag_seconds === null).length
    const who = silent === 1 ? '1 agent' : `${silent} agents`
    return {
      tone: agents.length > 0 ? 'warning' : '',
      words: agents.length > 0 ? `not known how complete: ${who}` : 'no agents',
      detail,
    }
  }
  const lag = Math.max(0, ...agents.map(({ lag_seconds }) => lag_seconds ?? 0))
  const isLate = lag > lagNoticedSeconds
  return {
    tone: isLate ? 'warning' : 'good',
    words: `complete until ${clock(complete_until)}${isLate ? `, ${formatDuration(lag)} behind` : ''}`,
    detail,
  }
}
