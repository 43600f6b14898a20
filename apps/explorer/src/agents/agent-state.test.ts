import { expect, test } from 'vitest'
import { stateOf } from './agent-state.ts'

const nowMs = Date.parse('2026-11-27T12:00:00Z')
const active = { status: 'ACTIVE' as const, last_seen: '2026-11-27T11:59:30Z', lag_seconds: 4 }

test.each([
  ['up to date', active, false],
  ['active', { ...active, lag_seconds: null }, false],
  ['behind', { ...active, lag_seconds: 240 }, true],
  ['silent', { ...active, last_seen: '2026-11-27T11:50:00Z' }, true],
  ['never seen', { ...active, last_seen: null }, true],
  ['disabled', { ...active, status: 'INACTIVE' as const, last_seen: null }, false],
])('an agent is told to be %s', (words, agent, isStale) => {
  expect(stateOf(agent, nowMs)).toMatchObject({ words, isStale })
})

test('whatever is wrong with an agent, it is said what to do', () => {
  for (const agent of [
    { ...active, lag_seconds: 240 },
    { ...active, last_seen: null },
  ])
    expect(stateOf(agent, nowMs).advice).toMatch(/\w/)
})
