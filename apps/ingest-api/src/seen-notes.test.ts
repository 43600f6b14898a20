import { expect, test } from 'vitest'
import { createSeenNotes } from './seen-notes.ts'

function open(note: (agentId: string) => Promise<unknown> = async () => undefined) {
  const state = { nowMs: 0, noted: [] as string[], errors: [] as unknown[] }
  const seen = createSeenNotes({
    note: (agentId) => {
      state.noted.push(agentId)
      return note(agentId)
    },
    onError: (error) => state.errors.push(error),
    now: () => state.nowMs,
  })
  return { state, seen }
}

test('an agent is noted at most every 10 s', () => {
  const { state, seen } = open()
  for (const atMs of [0, 9_999, 10_000]) {
    state.nowMs = atMs
    seen('one')
  }
  seen('other')
  expect(state.noted).toEqual(['one', 'one', 'other'])
})

test('a note that fails is told and harms nobody', async () => {
  const away = new Error('away')
  const { state, seen } = open(() => Promise.reject(away))
  seen('one')
  await Promise.resolve()
  await Promise.resolve()
  expect(state.errors).toEqual([away])
})
