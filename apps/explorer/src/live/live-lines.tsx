import { useMemo, useState } from 'react'
import { Failure } from '../components/failure.tsx'
import { formatCount } from '../format/format-count.ts'
import { useShortcuts } from '../keyboard/use-shortcuts.ts'
import type { LineActions } from '../lines/line-actions.ts'
import type { LineView } from '../lines/line-view.ts'
import { LogList } from '../lines/log-list.tsx'
import type { LiveSnapshot } from './live-buffer.ts'
import { LiveStatus } from './live-status.tsx'
import { useLiveLines } from './use-live-lines.ts'
import './live.css'

interface LiveLinesProps {
  /** The filters as the API takes them. */
  params: string
  view: LineView
  actions: LineActions
  hasAll: boolean
}

/**
 * Lines as they come. As long as the reader looks at the end of the list it moves along; whoever pauses or scrolls back
 * reads on undisturbed, and sees how many have come since.
 */
export function LiveLines({ params, view, actions, hasAll }: LiveLinesProps) {
  const { snapshot, state, progress, forget } = useLiveLines(params)
  const [frozen, setFrozen] = useState<{ at: LiveSnapshot; isPaused: boolean }>()
  const shown = frozen?.at ?? snapshot
  const unseen = snapshot.received - shown.received
  const pause = () => setFrozen({ at: snapshot, isPaused: true })
  const goOn = () => setFrozen(undefined)
  useShortcuts({ ' ': () => (frozen ? goOn() : pause()) })
  const lines = useMemo(() => linesOf(shown, hasAll), [shown, hasAll])
  const followScrolling = (isAtEnd: boolean) => {
    if (frozen?.isPaused) return
    if (isAtEnd && unseen === 0) goOn()
    else if (!isAtEnd && !frozen) setFrozen({ at: snapshot, isPaused: false })
  }
  return (
    <>
      <LiveStatus
        {...{ state, progress, pause, goOn, forget }}
        isPaused={frozen?.isPaused ?? false}
        count={shown.entries.length}
      />
      {state.kind === 'failed' && <Failure error={state.error} />}
      <div className="live-lines">
        <LogList
          label="Live lines"
          {...{ lines, view, actions }}
          isFollowing={!frozen}
          onEnd={followScrolling}
        />
        {shown.entries.length === 0 && state.kind === 'live' && (
          <p className="live-empty dim">No line yet. What is written from now on appears here.</p>
        )}
        {frozen && (
          <button className="button primary new-lines" type="button" onClick={goOn}>
            {unseen > 0 ? `${formatCount(unseen)} new ↓` : 'To the end ↓'}
          </button>
        )}
      </div>
      <p className="unseen" role="status">
        {frozen && unseen > 0 ? `${unseen} new lines` : ''}
      </p>
    </>
  )
}

function linesOf({ entries, inserts, leading }: LiveSnapshot, hasAll: boolean) {
  return { entries, inserts, leading, order: 'asc' as const, gaps: [], isWhole: false, hasAll }
}
