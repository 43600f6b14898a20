import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import type { LogPage } from '@logboom/contracts'
import { useMemo } from 'react'
import { getJson } from '../api/request.ts'
import type { RowsInput } from '../lines/build-rows.ts'
import { edgeOf, reachOf } from './page-edges.ts'
import { rangeParams } from './search-state.ts'
import type { SearchState } from './search-state.ts'

const firstPage = 200
const furtherPages = 1000

/** Pages of the lines that a search finds, each loaded when the one before has been read. */
export function useLogSearch(state: SearchState, run: number) {
  const params = rangeParams(state)
  params.set('order', state.order)
  const search = useInfiniteQuery({
    queryKey: ['logs', params.toString(), run],
    queryFn: ({ pageParam, signal }) => getJson<LogPage>(`/logs?${params}${pageOf(pageParam)}`, { signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    // comparing a hundred pages deeply would take longer than drawing them
    structuralSharing: false,
    staleTime: Infinity,
    gcTime: 60_000,
    enabled: !state.live,
  })
  const pages = search.data?.pages
  const lines = useMemo(() => linesOf(pages ?? [], state), [pages, state])
  return { ...search, lines, first: pages?.[0] }
}

/** Later pages need no total: the first one's holds. */
function pageOf(cursor: string): string {
  if (cursor === '') return `&limit=${firstPage}`
  return `&limit=${furtherPages}&total=none&cursor=${encodeURIComponent(cursor)}`
}

type Lines = Omit<RowsInput, 'unfolded' | 'zone'>

function linesOf(pages: LogPage[], state: SearchState): Lines {
  const { order, q, filters } = state
  const [first, last] = [pages[0], pages.at(-1)]
  return {
    entries: pages.flatMap(({ logs }) => logs),
    order,
    gaps: pages.flatMap(({ gaps }) => gaps),
    completeUntil: first && reachOf(first, state),
    edge: last && edgeOf(last, state),
    isWhole: last !== undefined && !last.has_more,
    hasAll: q === '' && !filters.some(({ name }) => name.startsWith('attributes.')),
  }
}
