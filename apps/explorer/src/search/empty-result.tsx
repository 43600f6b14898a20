import type { LogPage } from '@logboom/contracts'
import { useQuery } from '@tanstack/react-query'
import { agentsQuery } from '../agents/agent-queries.ts'
import { useAgentNames } from '../agents/use-agent-names.ts'
import { formatDuration } from '../format/format-duration.ts'
import { formatMoment } from '../format/format-time.ts'
import { useTimeZone } from '../layout/use-time-zone.ts'
import { FirstLine } from './first-line.tsx'

interface EmptyResultProps {
  page: LogPage
  hasFilters: boolean
  /** Where the range ends, in milliseconds since 1970. */
  endMs: number
  clearFilters: () => void
  widen: () => void
}

/** Nothing was found: because there is no such line, or because it has not arrived yet. The two are told apart. */
export function EmptyResult({ page, hasFilters, endMs, clearFilters, widen }: EmptyResultProps) {
  const { data: agents } = useQuery(agentsQuery)
  const hasSeenAgents = agents?.items.some(({ last_seen }) => last_seen !== null)
  if (agents && !hasSeenAgents) return <FirstLine />
  return (
    <div className="empty-result">
      <Verdict page={page} endMs={endMs} />
      {page.gaps.length > 0 && (
        <p>
          In this time there are {page.gaps.length} known gaps: lines that could not be read. Clear the text
          to see where they are.
        </p>
      )}
      <p className="dim">
        Lines are kept for {formatDuration(page.retention.retention_seconds)}; what was received before that
        is gone for good.
      </p>
      <div className="entry-buttons">
        {hasFilters && (
          <button className="button" type="button" onClick={clearFilters}>
            Search without filters
          </button>
        )}
        <button className="button" type="button" onClick={widen}>
          Search all that is kept
        </button>
      </div>
    </div>
  )
}

/** Reports are seconds old by nature: what is complete but for so much is complete up to now. */
const graceMs = 60_000

function Verdict({ page, endMs }: { page: LogPage; endMs: number }) {
  const [zone] = useTimeZone()
  const agentName = useAgentNames()
  const until = page.complete_until
  if (until !== null && Date.parse(until) >= endMs - graceMs) {
    return (
      <>
        <h2>There is no such line</h2>
        <p>All that was written before {formatMoment(until, zone)} has arrived and was searched.</p>
      </>
    )
  }
  const behind = page.agents.filter(({ lag_seconds }) => lag_seconds === null || lag_seconds * 1000 > graceMs)
  return (
    <>
      <h2>Not here, or not here yet</h2>
      <p>
        {until === null
          ? 'How far the agents have read is not known, so such a line may still arrive.'
          : `Only what was written before ${formatMoment(until, zone)} is known to be here; later lines may still arrive.`}
      </p>
      <ul>
        {behind.slice(0, 5).map(({ agent_id, lag_seconds }) => (
          <li key={agent_id}>
            {agentName(agent_id)}:{' '}
            {lag_seconds === null
              ? 'has not said how far it has read'
              : `${formatDuration(lag_seconds)} behind`}
          </li>
        ))}
      </ul>
    </>
  )
}
