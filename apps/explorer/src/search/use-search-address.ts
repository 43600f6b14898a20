import { useCallback, useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'
import { linkedLine } from '../lines/line-link.ts'
import { readSearchState, writeSearchState } from './search-state.ts'
import type { SearchState } from './search-state.ts'

/** The search that the address says, and how to go to another; Back leads to the one before. */
export function useSearchAddress() {
  const address = useSearch()
  const [, navigate] = useLocation()
  const state = useMemo(() => readSearchState(address), [address])
  const linked = useMemo(() => linkedLine(address), [address])
  const change = useCallback((next: SearchState) => navigate(`/search?${writeSearchState(next)}`), [navigate])
  const forgetLine = () => navigate(`/search?${writeSearchState(state)}`, { replace: true })
  return { state, change, linked, forgetLine }
}
