import { describe, expect, test } from 'vitest'
import { createKnownLinks } from './known-links.ts'
import type { Link } from './known-links.ts'

const right: Link = 'work_order 11111111-1111-4111-8111-111111111111'
const wrong: Link = 'deployment_object 22222222-2222-4222-8222-222222222222'

/** A registry that holds `right`, and can be away. */
function open() {
  const state = { nowMs: 0, isAway: false, asked: [] as Link[][], errors: 0, held: new Set([right]) }
  const links = createKnownLinks({
    find: async (_agentId, asked) => {
      state.asked.push(asked)
      if (state.isAway) throw new Error('away')
      return new Set(asked.filter((link) => state.held.has(link)))
    },
    onError: () => (state.errors += 1),
    now: () => state.nowMs,
  })
  return { state, wrongOf: async (...asked: Link[]) => [...(await links.wrong('agent', new Set(asked)))] }
}

describe('links', () => {
  test('that the registry does not know are wrong', async () => {
    const { wrongOf } = open()
    expect(await wrongOf(right, wrong)).toEqual([wrong])
  })

  test('that are no UUID are wrong without being looked up', async () => {
    const { state, wrongOf } = open()
    expect(await wrongOf('work_order uuid-optional', 'work_order ')).toHaveLength(2)
    expect(state.asked).toEqual([])
  })

  test('are asked for again after 30 s when right, after 5 s when wrong', async () => {
    const { state, wrongOf } = open()
    await wrongOf(right, wrong)
    state.nowMs = 4_999
    await wrongOf(right, wrong)
    expect(state.asked).toHaveLength(1)
    state.nowMs = 5_000
    state.held.add(wrong)
    expect(await wrongOf(right, wrong)).toEqual([])
    state.nowMs = 30_000
    await wrongOf(right, wrong)
    expect(state.asked).toEqual([[right, wrong], [wrong], [right]])
  })

  test('are the business of the writer while the registry is away, which is asked once a second', async () => {
    const { state, wrongOf } = open()
    await wrongOf(wrong)
    state.nowMs = 5_000
    state.isAway = true
    expect(await wrongOf(wrong, right, 'work_order nonsense')).toEqual(['work_order nonsense'])
    await wrongOf(wrong)
    expect([state.asked.length, state.errors]).toEqual([2, 1])
    state.nowMs = 6_000
    state.isAway = false
    expect(await wrongOf(wrong)).toEqual([wrong])
  })

  test('are known by agent', async () => {
    const seen: string[] = []
    const links = createKnownLinks({
      find: async (agentId, asked) => {
        seen.push(agentId)
        return new Set(asked)
      },
      onError: () => undefined,
    })
    for (const agent of ['one', 'other', 'one']) await links.wrong(agent, new Set([right]))
    expect(seen).toEqual(['one', 'other'])
  })
})
