import { expect, test } from 'vitest'
import { parseQueryText } from './parse-query-text.ts'

test('what names a field becomes a filter, the rest is looked for', () => {
  expect(parseQueryText('  ns:prod timed level>=warn  out trace_id=4f2a pod=web-1 ')).toEqual({
    filters: [
      { name: 'namespace', value: 'prod' },
      { name: 'min_level', value: 'WARN' },
      { name: 'attributes.trace_id', value: '4f2a' },
      { name: 'pod_name_exact', value: 'web-1' },
    ],
    q: 'timed out',
  })
})

test('a value in quotes may hold blanks', () => {
  expect(parseQueryText('attributes.user="Ada L" labels.app:web').filters).toEqual([
    { name: 'attributes.user', value: 'Ada L' },
    { name: 'labels.app', value: 'web' },
  ])
})

test('fields that lines are known to have need no prefix', () => {
  expect(parseQueryText('tenant=a app:web x=1', ['attributes.tenant', 'labels.app'])).toEqual({
    filters: [
      { name: 'attributes.tenant', value: 'a' },
      { name: 'labels.app', value: 'web' },
    ],
    q: 'x=1',
  })
})

test.each([
  'GET http://example.org/a:b',
  'error: timeout',
  'user=root failed',
  'a  b', // blanks are part of what is looked for
  '/namespace:\\w+ level=x/',
  'constructor=1',
  '12:30:05',
  'namespace: prod',
])('text stays as it is: %s', (text) => {
  expect(parseQueryText(text)).toEqual({ filters: [], q: text })
})
