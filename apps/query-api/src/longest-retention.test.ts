import { expect, test } from 'vitest'
import { longestRetention } from './longest-retention.ts'

const classes = Object.entries({ default: 100, short: 10, long: 1_000 }).map(
  ([name, retention_seconds], id) => ({
    id,
    name,
    retention_seconds,
    partition_seconds: 10,
  }),
)
const all = { agents: null, namespaces: null }

function longest(
  assignments: [agentId: string | null, namespace: string | null, retentionClass: 'short' | 'long'][],
  asked = {},
): number {
  const found = assignments.map(([agent_id, namespace, retention_class]) => ({
    agent_id,
    namespace,
    retention_class,
  }))
  const streams = { agentId: null, namespace: null, ...asked }
  return longestRetention({ classes, assignments: found }, { scope: all, streams })
}

test('default holds where nothing is assigned', () => expect(longest([])).toBe(100))

test('the most specific assignment wins where it covers all that is asked for', () => {
  expect(longest([['a', null, 'short']], { agentId: 'a' })).toBe(10)
  expect(
    longest(
      [
        ['a', null, 'short'],
        [null, 'n', 'long'],
      ],
      { agentId: 'a', namespace: 'n' },
    ),
  ).toBe(10)
  expect(
    longest(
      [
        ['a', 'n', 'short'],
        ['a', null, 'long'],
      ],
      { agentId: 'a', namespace: 'n' },
    ),
  ).toBe(10)
  expect(longest([[null, 'n', 'short']], { namespace: 'n' })).toBe(10)
})

test('the longest counts where several may hold', () => {
  expect(longest([['a', 'n', 'long']], { agentId: 'a' })).toBe(1_000)
  expect(longest([['a', 'n', 'short']], { agentId: 'a' })).toBe(100)
  expect(
    longest(
      [
        ['a', null, 'short'],
        ['a', 'n', 'long'],
      ],
      { agentId: 'a' },
    ),
  ).toBe(1_000)
})

test('what concerns others is left out', () => {
  expect(longest([['b', null, 'long']], { agentId: 'a' })).toBe(100)
  expect(longest([[null, 'm', 'long']], { namespace: 'n' })).toBe(100)
})
