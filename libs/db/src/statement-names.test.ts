import { expect, test } from 'vitest'
import { createStatementNames } from './statement-names.ts'

const asked = (names: ReturnType<typeof createStatementNames>, text: string, times: number) =>
  Array.from({ length: times }, () => names.nameOf(text)).at(-1)

test('a statement has a name from the third time on, the same in every process', () => {
  const [one, other] = [createStatementNames(), createStatementNames()]
  expect(asked(one, 'select 1', 2)).toBeUndefined()
  const name = one.nameOf('select 1')
  expect(name).toMatch(/^logboom_[0-9a-f]{32}$/)
  expect(asked(other, 'select 1', 5)).toBe(name)
  expect(asked(one, 'select 2', 3)).not.toBe(name)
})

test('there are never more names than the bound, and those given stay', () => {
  const names = createStatementNames({ namesMax: 4 })
  const given = Array.from({ length: 50 }, (_, n) => asked(names, `select ${n}`, 3))
  expect(new Set(given.slice(0, 4)).size).toBe(4)
  expect(given.slice(4).every((name) => name === undefined)).toBe(true)
  expect(names.nameOf('select 0')).toBe(given[0])
})

test('any number of statements that are asked once take no name from one that is asked often', () => {
  const names = createStatementNames({ namesMax: 1 })
  for (let n = 0; n < 5_000; n += 1) expect(names.nameOf(`select ${n}`)).toBeUndefined()
  expect(asked(names, 'select often', 3)).toBeDefined()
})

test('after giving up there are none', () => {
  const names = createStatementNames()
  expect(asked(names, 'select 1', 3)).toBeDefined()
  names.giveUp()
  expect(asked(names, 'select 1', 10)).toBeUndefined()
})
