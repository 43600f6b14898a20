import { expect, test } from 'vitest'
import { createRecentMap } from './recent-map.ts'

test('of too many entries, the one that was set longest ago is forgotten', () => {
  const map = createRecentMap<number>(2)
  map.set('a', 1)
  map.set('b', 2)
  map.set('a', 3)
  map.set('c', 4)
  expect([map.get('a'), map.has('b'), map.get('c')]).toEqual([3, false, 4])
  map.delete('a')
  map.set('d', 5)
  expect([map.has('a'), map.has('c'), map.has('d')]).toEqual([false, true, true])
})
