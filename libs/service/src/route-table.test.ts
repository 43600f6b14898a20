import { apiRoutes } from '@logboom/contracts'
import { expect, test } from 'vitest'
import { allowedMethods, matchRoute } from './route-table.ts'

test('every route of the table is found by its own method and path', () => {
  for (const route of apiRoutes)
    expect(matchRoute(route.method, route.path.replace(/:\w+/g, 'x'))).toEqual(route)
})

test('matching is as in Express: any case, a trailing slash, HEAD as GET', () => {
  expect(matchRoute('HEAD', '/API/v1/Logs/')).toMatchObject({ method: 'GET', path: '/api/v1/logs' })
})

test.each([
  '/api/v1/agents//logs',
  '/api/v1/agents/a/b/logs',
  '/api/v1/logsx',
  '/x/api/v1/logs',
  '',
  '//api/v1/logs',
  '/openapi-json',
])('%j is no route', (path) => {
  expect([matchRoute('GET', path), allowedMethods(path)]).toEqual([undefined, []])
})
