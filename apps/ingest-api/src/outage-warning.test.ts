import { expect, test } from 'vitest'
import { createOutageWarning } from './outage-warning.ts'

test('a failure is said at once, then once a minute with how many were not', () => {
  let nowMs = 0
  const said: unknown[] = []
  const warn = createOutageWarning(
    (fields) => said.push(fields),
    () => nowMs,
  )
  for (const atMs of [0, 10, 59_999, 60_000]) {
    nowMs = atMs
    warn(atMs)
  }
  expect(said).toEqual([
    { err: 0, unsaid: 0 },
    { err: 60_000, unsaid: 2 },
  ])
})
