/** A search as its link says it: every filter is a parameter of the API under the API's own name. */
export interface SearchState {
  q: string
  filters: Filter[]
  /** As the API takes times: `15m`, or RFC 3339. */
  since: string
  /** Empty: now. */
  until: string
  order: 'desc' | 'asc'
  live: boolean
}

export interface Filter {
  name: string
  value: string
}

export const defaultSince = '15m'

const plainNames = new Set([
  'namespace',
  'pod_name',
  'pod_name_exact',
  'container_name',
  'agent_id',
  'deployment_object_id',
  'work_order_id',
  'level',
  'min_level',
])

/** Of these one alone makes sense at a time. */
const rivals: Record<string, string> = {
  pod_name: 'pod_name_exact',
  pod_name_exact: 'pod_name',
  level: 'min_level',
  min_level: 'level',
}

export function isFilterName(name: string): boolean {
  return plainNames.has(name) || /^(attributes|labels)\../s.test(name)
}

export function readSearchState(search: string): SearchState {
  const params = new URLSearchParams(search)
  const isLive = params.get('live') === '1'
  return {
    q: params.get('q') ?? '',
    filters: [...params].filter(([name]) => isFilterName(name)).map(([name, value]) => ({ name, value })),
    since: params.get('since') ?? defaultSince,
    until: isLive ? '' : (params.get('until') ?? ''),
    order: params.get('order') === 'asc' ? 'asc' : 'desc',
    live: isLive,
  }
}

/** The link's query: what `readSearchState` reads. */
export function writeSearchState(state: SearchState): string {
  const params = filterParams(state)
  params.set('since', state.since)
  if (state.until !== '') params.set('until', state.until)
  if (state.order === 'asc') params.set('order', 'asc')
  if (state.live) params.set('live', '1')
  return params.toString()
}

/** What the API is asked, without order and paging. */
export function rangeParams(state: SearchState): URLSearchParams {
  const params = filterParams(state)
  params.set('since', state.since)
  if (state.until !== '') params.set('until', state.until)
  return params
}

export function filterParams({ q, filters }: Pick<SearchState, 'q' | 'filters'>): URLSearchParams {
  const params = new URLSearchParams(filters.map(({ name, value }) => [name, value]))
  if (q !== '') params.set('q', q)
  return params
}

/** A filter takes the place of the one that has its name; levels alone add up. */
export function withFilter(state: SearchState, filter: Filter): SearchState {
  const kept = state.filters.filter(
    ({ name, value }) =>
      name !== rivals[filter.name] && (name !== filter.name || (name === 'level' && value !== filter.value)),
  )
  return { ...state, filters: [...kept, filter] }
}

export function withoutFilter(state: SearchState, filter: Filter): SearchState {
  return {
    ...state,
    filters: state.filters.filter(({ name, value }) => name !== filter.name || value !== filter.value),
  }
}

export function hasFilter({ filters }: SearchState, filter: Filter): boolean {
  return filters.some(({ name, value }) => name === filter.name && value === filter.value)
}
