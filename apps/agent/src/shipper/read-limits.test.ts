import { defaultAgentLimits } from '@logboom/contracts'
import { expect, test } from 'vitest'
import { createKnownLimits } from './read-limits.ts'

function limitsOf(answer: { status: number; body: string }) {
  const heard: unknown[] = []
  const client = { send: () => Promise.resolve({ headers: {}, ...answer }), close: () => undefined }
  const asking = { client, paks: { read: () => Promise.resolve('pak') }, agentId: 'a' }
  const limits = createKnownLimits(asking, {
    commits: (committed) => heard.push(committed),
    retentionMs: (ms) => heard.push(ms),
  })
  return { limits, heard }
}

const { signal } = new AbortController()
const told = { ...defaultAgentLimits, max_entries_per_request: 500, retention_seconds: 60 }

test('an answer tells limits, retention and commits; one without commits comes from a broker that never tells', async () => {
  const { limits, heard } = limitsOf({
    status: 200,
    body: JSON.stringify({ ...told, committed_through: { i: 'k' } }),
  })
  expect(await limits.ask(signal)).toBe(true)
  expect(limits.current.max_entries_per_request).toBe(500)
  expect(heard).toEqual([60_000, { i: 'k' }])
  const silent = limitsOf({ status: 200, body: JSON.stringify(told) })
  await silent.limits.ask(signal)
  expect(silent.heard).toEqual([60_000, null])
})

test('no answer, and nonsense, leave everything as it was', async () => {
  for (const answer of [
    { status: 503, body: '' },
    { status: 200, body: '<html>' },
    { status: 200, body: '{}' },
  ]) {
    const { limits, heard } = limitsOf(answer)
    expect(await limits.ask(signal)).toBe(false)
    expect(limits.current).toEqual(defaultAgentLimits)
    expect(heard).toEqual([])
  }
})

test('what was too many is halved, whatever the limits say, and they are asked again all the same', async () => {
  const { limits } = limitsOf({ status: 200, body: JSON.stringify(told) })
  limits.learn(1_000)
  limits.learn(500)
  await limits.ask(signal)
  expect(limits.current.max_entries_per_request).toBe(250)
  expect(limits.current.requests_per_minute).toBe(told.requests_per_minute)
})
