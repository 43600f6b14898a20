import type { ReactNode } from 'react'
import { copyText } from '../components/copy-text.ts'
import type { Choice } from '../layout/use-preference.ts'
import { useTimeZone } from '../layout/use-time-zone.ts'
import { ExportMenu } from './export-menu.tsx'
import { SavedSearches } from './saved-searches.tsx'
import { writeSearchState } from './search-state.ts'
import type { SearchState } from './search-state.ts'
import { fixedRange, resolveRange } from './time-range.ts'

interface SearchToolsProps {
  state: SearchState
  wrap: Choice<'off' | 'on'>
  refresh: () => void
  toggleLive: () => void
}

/** What can be done with a search as a whole. */
export function SearchTools({ state, wrap, refresh, toggleLive }: SearchToolsProps) {
  return (
    <div className="search-tools" role="toolbar" aria-label="Search tools">
      <Toggle isOn={state.live} title="Follow new lines (l)" onClick={toggleLive} className="live-button">
        <span className="dot" aria-hidden="true" /> Live
      </Toggle>
      {!state.live && (
        <button
          className="button"
          type="button"
          onClick={refresh}
          title="Search again (r)"
          aria-label="Search again"
        >
          ↻
        </button>
      )}
      <ViewToggles wrap={wrap} />
      <button
        className="button"
        type="button"
        title="Copy a link to just this time"
        onClick={() => void share(state)}
      >
        Share
      </button>
      <SavedSearches state={state} />
      <ExportMenu state={state} />
    </div>
  )
}

function ViewToggles({ wrap: [wrap, chooseWrap] }: Pick<SearchToolsProps, 'wrap'>) {
  const [zone, chooseZone] = useTimeZone()
  return (
    <>
      <Toggle
        isOn={wrap === 'on'}
        title="Wrap long lines (w)"
        onClick={() => chooseWrap(wrap === 'on' ? 'off' : 'on')}
      >
        Wrap
      </Toggle>
      <Toggle
        isOn={zone === 'utc'}
        title="Show times in UTC"
        onClick={() => chooseZone(zone === 'utc' ? 'local' : 'utc')}
      >
        UTC
      </Toggle>
    </>
  )
}

interface ToggleProps {
  isOn: boolean
  title: string
  onClick: () => void
  className?: string
  children: ReactNode
}

function Toggle({ isOn, title, onClick, className = '', children }: ToggleProps) {
  return (
    <button
      className={`button ${className}`}
      type="button"
      aria-pressed={isOn}
      title={title}
      onClick={onClick}
    >
      {children}
    </button>
  )
}

/** A link that finds the same lines tomorrow: its times are fixed. */
async function share(state: SearchState): Promise<void> {
  const { from, to } = resolveRange(state, Date.now())
  const fixed = { ...state, ...fixedRange(from, to), live: false }
  await copyText(`${location.origin}/search?${writeSearchState(fixed)}`, 'Link')
}
