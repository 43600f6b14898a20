import type { StoredEntry } from '@logboom/contracts'
import { useMemo, useState } from 'react'
import type { LineActions } from '../lines/line-actions.ts'
import { lineLink } from '../lines/line-link.ts'
import { withFilter } from './search-state.ts'
import type { SearchState } from './search-state.ts'

/** What lines can do to the search that found them; and the line whose context is asked for. */
export function useLineActions(state: SearchState, change: (state: SearchState) => void) {
  const [contextLine, setContextLine] = useState<StoredEntry>()
  const actions = useMemo<LineActions>(
    () => ({
      addFilter: (filter) => change(withFilter(state, filter)),
      replaceFilters: (filters) => change({ ...state, q: '', filters }),
      showContext: setContextLine,
      linkTo: lineLink,
    }),
    [state, change],
  )
  return { actions, contextLine, closeContext: () => setContextLine(undefined) }
}
