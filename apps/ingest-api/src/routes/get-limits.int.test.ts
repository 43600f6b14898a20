import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRegistry } from './registry-fixture.ts'
import type { TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await openRegistry()
})
afterAll(() => registry.close())

test.each([
  ['nonsense=1', 'nonsense'],
  ['__proto__=1', '__proto__'],
  ['a=1&a=2', 'a'],
  ['=', ''],
])('limits refuse the parameters "%s" by name', async (query, parameter) => {
  const { id, pak } = await registry.createAgent()
  const path = `/api/v1/agents/${id}/limits`
  expect((await registry.call('GET', path, { as: pak })).status).toBe(200)
  const { status, body } = await registry.call('GET', `${path}?${query}`, { as: pak })
  expect(status).toBe(400)
  expect(body).toMatchObject({ code: 'unknown_parameter', parameter })
})
