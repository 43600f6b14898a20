import type { Entry } from '@logboom/contracts'
import { expect, test } from 'vitest'
import { gapsOfEntries, gapsOfExpired } from './gaps-of-entries.ts'

const entry = (container: string, second: number): Entry => ({
  timestamp: `2026-11-21T09:13:0${second}.000000001Z`,
  namespace: 'host',
  pod_name: 'h',
  container_name: container,
  message: '',
})
const entries = [entry('a', 3), entry('b', 2), entry('a', 1), entry('a', 5)]

test('lost entries make one exact gap for each stream', () => {
  expect(gapsOfEntries(entries, 'rejected')).toEqual([
    expect.objectContaining({
      container_name: 'a',
      lines: 3,
      from: entry('', 1).timestamp,
      to: entry('', 5).timestamp,
    }),
    expect.objectContaining({ container_name: 'b', lines: 1, exact: true, reason: 'rejected' }),
  ])
})

test('expired entries are exact when they are all, and a bound when only their number is known', () => {
  expect(gapsOfExpired(entries, 0)).toEqual([])
  expect(gapsOfExpired(entries, 4)).toEqual(gapsOfEntries(entries, 'expired'))
  expect(gapsOfExpired(entries, 2)).toEqual([
    {
      namespace: 'host',
      pod_name: 'h',
      from: entry('', 1).timestamp,
      to: entry('', 5).timestamp,
      lines: 2,
      reason: 'expired',
      exact: false,
    },
  ])
  expect(gapsOfExpired([entry('a', 1), entry('a', 2)], 1)).toMatchObject([
    { container_name: 'a', lines: 1, exact: false },
  ])
})
