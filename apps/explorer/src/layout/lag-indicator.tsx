import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { agentsQuery } from '../agents/agent-queries.ts'
import { formatDuration } from '../format/format-duration.ts'

/** Beyond it, a search of the last minutes is not to be believed without a look at what is missing. */
const lagNoticedSeconds = 90

/** How far behind the agents are: on every page, since it decides what "no such line" means. */
export function LagIndicator() {
  const agents = useQuery(agentsQuery)
  if (agents.error)
    return <Indicator tone="danger" words="server away" title="It is asked again every few seconds." />
  if (!agents.data) return null
  const known = agents.data.items.filter(({ status }) => status === 'ACTIVE')
  if (known.length === 0) return <Indicator tone="" words="no agents yet" title="" />
  const late = known.filter(({ lag_seconds }) => lag_seconds === null || lag_seconds > lagNoticedSeconds)
  const worst = Math.max(...known.map(({ lag_seconds }) => lag_seconds ?? 0))
  const count = known.length === 1 ? '1 agent' : `${known.length} agents`
  if (late.length === 0) {
    return (
      <Indicator
        tone="good"
        words={`${count} up to date`}
        title={`What was written until ${formatDuration(worst)} ago is here: agents say every half minute how far they have read.`}
      />
    )
  }
  return (
    <Indicator
      tone="warning"
      words={`${late.length} of ${count} behind`}
      title={late
        .map(
          ({ name, lag_seconds }) =>
            `${name}: ${lag_seconds === null ? 'not known' : formatDuration(lag_seconds)}`,
        )
        .join('\n')}
    />
  )
}

function Indicator({ tone, words, title }: { tone: string; words: string; title: string }) {
  return (
    <Link href="/agents" className={`lag ${tone}`} title={title}>
      <span className="dot" aria-hidden="true" />
      {words}
    </Link>
  )
}
