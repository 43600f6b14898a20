import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { LogHistogram } from '@logboom/contracts'
import { useEffect } from 'react'
import { ApiProblem } from '../api/api-problem.ts'
import { getJson } from '../api/request.ts'
import { Failure } from '../components/failure.tsx'
import type { LineActions } from '../lines/line-actions.ts'
import type { LineView } from '../lines/line-view.ts'
import { LogList } from '../lines/log-list.tsx'
import { EmptyResult } from './empty-result.tsx'
import { Histogram } from './histogram.tsx'
import { serverNowMs } from './page-edges.ts'
import { ResultBar } from './result-bar.tsx'
import { hasFilter, rangeParams, withFilter, withoutFilter } from './search-state.ts'
import type { SearchState } from './search-state.ts'
import { resolveRange } from './time-range.ts'
import { useLogSearch } from './use-log-search.ts'

interface SearchResultsProps {
  state: SearchState
  /** Counts up to search again. */
  run: number
  change: (state: SearchState) => void
  onProblem: (problem: unknown) => void
  view: LineView
  actions: LineActions
}

export function SearchResults({ state, run, change, onProblem, ...shared }: SearchResultsProps) {
  const search = useLogSearch(state, run)
  const histogram = useHistogram(state, run)
  const { lines, first, error } = search
  useEffect(() => onProblem(error), [error, onProblem])
  const toggleLevel = (level: string) => {
    const filter = { name: 'level', value: level }
    change(hasFilter(state, filter) ? withoutFilter(state, filter) : withFilter(state, filter))
  }
  const loadMore = (isNearEnd: boolean) => {
    if (isNearEnd && search.hasNextPage && !search.isFetching) void search.fetchNextPage()
  }
  const isRefused = error instanceof ApiProblem && error.status === 400 // said under the query box
  return (
    <>
      {histogram.data && (
        <Histogram
          histogram={histogram.data}
          state={state}
          choose={(range) => change({ ...state, ...range })}
          toggleLevel={toggleLevel}
        />
      )}
      <ResultBar
        page={first}
        counted={histogram.data?.total_is_exact ? histogram.data.total : undefined}
        loaded={lines.entries.length}
        isBusy={search.isFetching}
        order={state.order}
        turn={() => change({ ...state, order: state.order === 'desc' ? 'asc' : 'desc' })}
      />
      {error && !isRefused && (
        <Failure error={error} retry={() => void (first ? search.fetchNextPage() : search.refetch())} />
      )}
      {first && lines.entries.length === 0 && !error ? (
        <EmptyResult
          page={first}
          hasFilters={state.q !== '' || state.filters.length > 0}
          endMs={resolveRange(state, serverNowMs(first.retention)).to}
          clearFilters={() => change({ ...state, q: '', filters: [] })}
          widen={() => change({ ...state, since: `${first.retention.retention_seconds}s`, until: '' })}
        />
      ) : (
        <LogList label="Lines" lines={lines} {...shared} onEnd={loadMore} isBusy={search.isFetching} />
      )}
    </>
  )
}

function useHistogram(state: SearchState, run: number) {
  const params = rangeParams(state)
  return useQuery({
    queryKey: ['histogram', params.toString(), run],
    queryFn: ({ signal }) => getJson<LogHistogram>(`/logs/histogram?${params}&buckets=90`, { signal }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false, // the lines are what matters, and they say what is wrong
  })
}
