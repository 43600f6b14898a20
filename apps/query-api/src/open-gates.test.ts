import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { openGates } from './open-gates.ts'

const config = {
  DATABASE_CONNECTIONS: 2,
  MAX_CONCURRENT_SEARCHES: undefined,
  MAX_CONCURRENT_EXPORTS: 2,
  MAX_WAITING_SEARCHES: 1,
  SEARCH_WAIT_MS: 60_000,
}

test('metrics tell what runs, waits, is refused and is cancelled; a search has two connections to itself', async () => {
  const registry = new Registry()
  const gates = openGates(config, registry)
  const gone = new AbortController()
  const work = Promise.withResolvers<void>()
  const ask = (gate: 'search' | 'export', signal = new AbortController().signal) =>
    gates[gate].run({ subject: 'a', signal }, () => work.promise).catch(() => undefined)
  const all = [ask('export'), ask('search'), ask('search', gone.signal), ask('search')]
  await all[3]
  const before = await registry.metrics()
  expect(before).toContain('logboom_query_running_requests{kind="search"} 1')
  expect(before).toContain('logboom_query_running_requests{kind="export"} 1')
  expect(before).toContain('logboom_query_waiting_requests{kind="search"} 1')
  gone.abort()
  work.resolve()
  await Promise.all(all)
  const after = await registry.metrics()
  expect(after).toContain('logboom_query_waiting_requests{kind="search"} 0')
  expect(after).toContain('logboom_query_refused_requests_total{kind="search",reason="queue_full"} 1')
  expect(after).toContain('logboom_query_cancelled_requests_total{kind="search"} 1')
  expect(after).toContain('logboom_query_wait_seconds_count{kind="search"} 1')
})
