import { describe, expect, test } from 'vitest'
import { createStreamBudget } from './stream-budget.ts'

const hourMs = 3_600_000

function open(streamsMax = 2) {
  const state = { nowMs: 0, full: [] as string[] }
  const budget = createStreamBudget({
    streamsMax,
    onFull: (agentId) => state.full.push(agentId),
    now: () => state.nowMs,
  })
  return { state, take: (id: number, agentId = 'agent') => budget.take(agentId, BigInt(id)) }
}

describe('an agent', () => {
  test('has so many streams and no more, those it has staying its own', () => {
    const { take } = open()
    expect([take(1), take(2), take(3), take(1), take(2)]).toEqual([true, true, false, true, true])
    expect(take(3, 'another')).toBe(true)
  })

  test('gets room when a stream was silent for two hours, not before one', () => {
    const { state, take } = open()
    take(1)
    take(2)
    state.nowMs = hourMs
    expect([take(1), take(3)]).toEqual([true, false])
    state.nowMs = 2 * hourMs
    expect([take(3), take(1), take(2)]).toEqual([true, true, false])
  })

  test('that was silent for a day begins anew', () => {
    const { state, take } = open()
    take(1)
    take(2)
    state.nowMs = 24 * hourMs
    expect([take(3), take(4)]).toEqual([true, true])
  })

  test('that is full is told once an hour', () => {
    const { state, take } = open(0)
    take(1)
    take(2)
    take(1, 'another')
    expect(state.full).toEqual(['agent', 'another'])
    state.nowMs = hourMs
    take(1)
    expect(state.full).toEqual(['agent', 'another', 'agent'])
  })
})
