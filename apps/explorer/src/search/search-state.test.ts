import { expect, test } from 'vitest'
import { rangeParams, readSearchState, withFilter, withoutFilter, writeSearchState } from './search-state.ts'

const everything =
  'namespace=prod&pod_name=web-&level=ERROR&level=WARN&attributes.trace_id=a%26b&labels.app=x&q=a+b%2F&since=1h&until=2026-11-27T10%3A00%3A00Z&order=asc'

test('a link holds the whole search: reading and writing it changes nothing', () => {
  expect(writeSearchState(readSearchState(everything))).toBe(everything)
})

test('what is no filter of the API does not reach it', () => {
  expect(rangeParams(readSearchState('utm_source=x&limit=9&line=1&namespace=a')).toString()).toBe(
    'namespace=a&since=15m',
  )
})

test('live has no end', () => {
  expect(readSearchState('live=1&until=5m').until).toBe('')
})

test('a filter takes the place of its like, and levels add up', () => {
  let state = readSearchState('namespace=a&pod_name=web&min_level=WARN')
  state = withFilter(state, { name: 'namespace', value: 'b' })
  state = withFilter(state, { name: 'pod_name_exact', value: 'web-1' })
  state = withFilter(state, { name: 'level', value: 'ERROR' })
  state = withFilter(state, { name: 'level', value: 'FATAL' })
  state = withFilter(state, { name: 'level', value: 'ERROR' })
  expect(writeSearchState(state)).toBe('namespace=b&pod_name_exact=web-1&level=FATAL&level=ERROR&since=15m')
  expect(writeSearchState(withoutFilter(state, { name: 'level', value: 'FATAL' }))).toBe(
    'namespace=b&pod_name_exact=web-1&level=ERROR&since=15m',
  )
})
