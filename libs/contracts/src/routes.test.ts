import { expect, it } from 'vitest'
import { apiRoutes } from './routes.ts'

it('names every route once', () => {
  const keys = apiRoutes.map(({ method, path }) => `${method} ${path}`)
  expect(new Set(keys).size).toBe(keys.length)
})
