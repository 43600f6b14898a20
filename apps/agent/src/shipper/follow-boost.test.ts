import { expect, test } from 'vitest'
import { createFollowBoost } from './follow-boost.ts'

const date = 'Sat, 21 Nov 2026 09:00:00 GMT'
const answer = (follow: unknown, headers = { date }) => ({
  status: 200,
  headers,
  body: JSON.stringify({ follow }),
})
const names = (namespace: string, podName: string, containerName: string) => ({
  namespace,
  podName,
  containerName,
  podUid: null,
  node: null,
  deploymentObjectId: null,
  workOrderId: null,
  labels: {},
})

function open() {
  const clock = { ms: 1_000 }
  return { clock, boost: createFollowBoost(() => clock.ms) }
}

const streams = [{ namespace: 'prod', pod_name: 'web-' }, { container_name: 'db' }]
const follow = { until: '2026-11-21T09:01:00Z', streams, requests_per_minute: 60 }

test('streams match by all names that are given, pods by the beginning of theirs', () => {
  const { boost } = open()
  boost.hear(answer(follow))
  expect(boost.isFollowed(names('prod', 'web-1', 'app'))).toBe(true)
  expect(boost.isFollowed(names('prod', 'api-1', 'app'))).toBe(false)
  expect(boost.isFollowed(names('test', 'web-1', 'app'))).toBe(false)
  expect(boost.isFollowed(names('test', 'x', 'db'))).toBe(true)
})

test('it lasts as long as the broker’s own clock says, at most a quarter of an hour, and then asks for nothing', () => {
  const { boost, clock } = open()
  const before = boost.version()
  boost.hear(answer(follow))
  const during = boost.version()
  clock.ms += 59_999
  expect(boost.isActive() && boost.budget.isAvailable()).toBe(true)
  clock.ms += 1
  expect([
    boost.isActive(),
    boost.budget.isAvailable(),
    boost.isFollowed(names('prod', 'web-1', 'a')),
  ]).toEqual([false, false, false])
  expect(new Set([before, during, boost.version()]).size).toBe(3)
  boost.hear(answer({ ...follow, until: '2027-01-01T00:00:00Z' }))
  clock.ms += 15 * 60_000
  expect(boost.isActive()).toBe(false)
})

test('an old answer that is given again, and nonsense, change nothing', () => {
  const { boost } = open()
  boost.hear(answer(follow, { date: 'Sat, 21 Nov 2026 09:02:00 GMT' }))
  boost.hear(answer({ ...follow, until: 'soon' }))
  boost.hear(answer({ ...follow, streams: 'all' }))
  boost.hear({ status: 200, headers: {}, body: '{"follow"' })
  expect(boost.isActive()).toBe(false)
})

test('it has requests of its own, so many a minute', () => {
  const { boost, clock } = open()
  boost.hear(answer({ ...follow, requests_per_minute: 30 }))
  while (boost.budget.isAvailable()) boost.budget.spend()
  expect(boost.budget.waitMs()).toBeLessThanOrEqual(2_000)
  clock.ms += 2_000
  expect(boost.budget.isAvailable()).toBe(true)
  boost.hear(answer({ ...follow, requests_per_minute: 0 }))
  expect(boost.budget.isAvailable()).toBe(false)
})
