import { describe, expect, test } from 'vitest'
import { createRetentionPolicy } from './retention-policy.ts'
import type { PolicyTable, RetentionRule } from './retention-policy.ts'

const classes = [1, 2, 3, 4, 5].map((id) => ({ id, retentionSeconds: id * 100 }))

function open(rules: RetentionRule[] = []) {
  const state = { nowMs: 0, loads: 0, errors: 0, fails: false, table: { classes, rules } as PolicyTable }
  const policy = createRetentionPolicy({
    load: async () => {
      state.loads += 1
      if (state.fails) throw new Error('away')
      return state.table
    },
    onError: () => (state.errors += 1),
    now: () => state.nowMs,
  })
  return { state, policy }
}

describe('the class of a line', () => {
  test('is that of agent and namespace, then agent, then namespace, then default', async () => {
    const { policy } = open([
      { agentId: 'a', namespace: 'n', classId: 2 },
      { agentId: 'a', namespace: null, classId: 3 },
      { agentId: null, namespace: 'n', classId: 4 },
    ])
    await policy.refresh()
    expect(policy.of('a', 'n')).toEqual({ classId: 2, retentionUs: 200e6 })
    expect(policy.of('a', 'other').classId).toBe(3)
    expect(policy.of('b', 'n').classId).toBe(4)
    expect(policy.of('b', 'other')).toEqual({ classId: 1, retentionUs: 100e6 })
  })

  test('of a namespace called * is no class for all', async () => {
    const { policy } = open([{ agentId: null, namespace: '*', classId: 5 }])
    await policy.refresh()
    expect(policy.of('a', 'n').classId).toBe(1)
    expect(policy.of('a', '*').classId).toBe(5)
  })

  test('that was deleted meanwhile falls back', async () => {
    const { policy } = open([{ agentId: 'a', namespace: null, classId: 99 }])
    await policy.refresh()
    expect(policy.of('a', 'n').classId).toBe(1)
  })
})

describe('the table', () => {
  test('is read once by all who come first, and again after 30 s without anybody waiting', async () => {
    const { state, policy } = open()
    await Promise.all([policy.refresh(), policy.refresh()])
    state.nowMs = 29_999
    await policy.refresh()
    expect(state.loads).toBe(1)
    state.nowMs = 30_000
    state.table = { classes: [{ id: 1, retentionSeconds: 7 }], rules: [] }
    const waited = policy.refresh()
    expect(policy.of('a', 'n').retentionUs).toBe(100e6)
    await waited
    await Promise.resolve()
    expect(state.loads).toBe(2)
  })

  test('holds on while it cannot be read', async () => {
    const { state, policy } = open([{ agentId: 'a', namespace: null, classId: 3 }])
    await policy.refresh()
    state.fails = true
    state.nowMs = 30_000
    await policy.refresh()
    expect(policy.of('a', 'n').classId).toBe(3)
  })

  test('that was never read means 12 hours, and is asked for again every 2 s', async () => {
    const { state, policy } = open()
    state.fails = true
    await policy.refresh()
    await policy.refresh()
    expect(policy.of('a', 'n')).toEqual({ classId: 1, retentionUs: 12 * 3_600e6 })
    expect([state.loads, state.errors]).toEqual([1, 1])
    state.fails = false
    state.nowMs = 2_000
    await policy.refresh()
    expect(policy.of('a', 'n').retentionUs).toBe(100e6)
  })
})
