import { useMemo, useState } from 'react'
import { useShortcuts } from '../keyboard/use-shortcuts.ts'
import { useTitle } from '../components/use-title.ts'
import { usePreference } from '../layout/use-preference.ts'
import { useTimeZone } from '../layout/use-time-zone.ts'
import { ContextDialog } from '../lines/context-dialog.tsx'
import { matcherOf } from '../lines/find-matches.ts'
import type { LineView } from '../lines/line-view.ts'
import { LiveLines } from '../live/live-lines.tsx'
import { FilterChips } from './filter-chips.tsx'
import { QueryBox } from './query-box.tsx'
import type { QueryText } from './parse-query-text.ts'
import { SearchResults } from './search-results.tsx'
import { SearchTools } from './search-tools.tsx'
import type { SearchState } from './search-state.ts'
import { filterParams, withFilter, withoutFilter, writeSearchState } from './search-state.ts'
import { TimePicker } from './time-picker.tsx'
import { useLineActions } from './use-line-actions.ts'
import { useSearchAddress } from './use-search-address.ts'
import './search.css'

export function SearchPage() {
  const { state, change, linked, forgetLine } = useSearchAddress()
  useTitle(state.live ? 'Live' : 'Search')
  const [run, setRun] = useState(0)
  const [problem, setProblem] = useState<unknown>()
  const wrap = usePreference<'off' | 'on'>('wrap', ['off', 'on'])
  const view = useLineView(state, wrap[0] === 'on')
  const { actions, contextLine, closeContext } = useLineActions(state, change)
  const shownLine = contextLine ?? linked
  const refresh = () => setRun(run + 1)
  const toggleLive = () => change({ ...state, live: !state.live, until: '' })
  const search = ({ q, filters }: QueryText) => {
    const next = filters.reduce(withFilter, { ...state, q })
    if (writeSearchState(next) === writeSearchState(state)) refresh()
    else change(next)
  }
  useShortcuts({ r: refresh, l: toggleLive, w: () => wrap[1](wrap[0] === 'on' ? 'off' : 'on') })
  const params = filterParams(state).toString()
  return (
    <div className="search-page">
      <h1 className="unseen">Search</h1>
      <div className="search-head">
        {/* typed text is the box's own until it is searched for, and another's when the address changes */}
        <QueryBox
          key={state.q}
          q={state.q}
          {...{ params, search }}
          problem={state.live ? undefined : problem}
        />
        {!state.live && <TimePicker range={state} choose={(range) => change({ ...state, ...range })} />}
        <SearchTools {...{ state, wrap, refresh, toggleLive }} />
      </div>
      <FilterChips
        filters={state.filters}
        remove={(filter) => change(withoutFilter(state, filter))}
        clear={() => change({ ...state, filters: [] })}
      />
      {state.live ? (
        <LiveLines params={params} hasAll={state.q === ''} {...{ view, actions }} />
      ) : (
        <SearchResults {...{ state, run, change, view, actions }} onProblem={setProblem} />
      )}
      {shownLine && <ContextDialog line={shownLine} close={contextLine ? closeContext : forgetLine} />}
    </div>
  )
}

function useLineView({ q, live }: SearchState, isWrapped: boolean): LineView {
  const [zone] = useTimeZone()
  const findMatches = useMemo(() => matcherOf(q), [q])
  return useMemo(
    () => ({ zone, findMatches, isWrapped, tellsLate: live }),
    [zone, findMatches, isWrapped, live],
  )
}
