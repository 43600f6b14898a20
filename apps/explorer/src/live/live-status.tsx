import type { SearchProgress } from '@logboom/contracts'
import { useEffect, useState } from 'react'
import { useAgentNames } from '../agents/use-agent-names.ts'
import { formatCount } from '../format/format-count.ts'
import { formatClock } from '../format/format-time.ts'
import { useTimeZone } from '../layout/use-time-zone.ts'
import { describeProgress } from '../search/describe-progress.ts'
import type { ConnectionState } from './follow-lines.ts'

interface LiveStatusProps {
  state: ConnectionState
  progress: SearchProgress | undefined
  isPaused: boolean
  count: number
  pause: () => void
  goOn: () => void
  forget: () => void
}

/** How the connection is, in words, and what can be done. */
export function LiveStatus({ state, progress, isPaused, count, pause, goOn, forget }: LiveStatusProps) {
  const [zone] = useTimeZone()
  const agentName = useAgentNames()
  const reach =
    progress && describeProgress(progress, agentName, (time) => formatClock(time, zone).slice(0, 8))
  return (
    <div className="result-bar">
      <span className={`live-state ${isPaused ? 'paused' : state.kind}`} role="status">
        <span className="dot" aria-hidden="true" />
        {isPaused ? 'Paused' : <StateWords state={state} />}
      </span>
      <span className="dim">{formatCount(count)} lines</span>
      {reach && (
        <span className={`reach ${reach.tone}`} title={reach.detail}>
          {reach.words}
        </span>
      )}
      <span className="spacer" />
      <button
        className="button small"
        type="button"
        aria-pressed={isPaused}
        title="Space"
        onClick={isPaused ? goOn : pause}
      >
        {isPaused ? 'Go on' : 'Pause'}
      </button>
      <button className="button small" type="button" onClick={forget}>
        Clear
      </button>
    </div>
  )
}

function StateWords({ state }: { state: ConnectionState }) {
  switch (state.kind) {
    case 'connecting':
      return 'Connecting …'
    case 'replaying':
      return 'Catching up …'
    case 'live':
      return 'Live'
    case 'waiting':
      return <Countdown untilMs={state.retryAtMs} />
    case 'failed':
      return 'Stopped'
  }
}

function Countdown({ untilMs }: { untilMs: number }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  const seconds = Math.max(0, Math.ceil((untilMs - now) / 1000))
  return seconds === 0 ? 'Connection lost. Connecting again …' : `Connection lost. Again in ${seconds} s`
}
