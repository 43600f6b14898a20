import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

test('every received entry has one fate', async () => {
  const registry = new Registry()
  const metrics = createMetrics(registry, () => ({ usedBytes: 17, jobs: 3 }))
  const rejected = ['message_missing', 'message_missing'].map((code, index) => ({
    index,
    code,
    detail: '',
  }))
  metrics.count(10, { entries: 5, expired: 3, unlinked: 1, rejected })
  metrics.countReplay(4)
  const text = await registry.metrics()
  expect(text).toContain('logboom_entries_received_total 14')
  expect(text).toContain('logboom_entries_total{stage="ingest",fate="accepted",reason=""} 5')
  expect(text).toContain('logboom_entries_total{stage="ingest",fate="expired",reason=""} 3')
  expect(text).toContain('logboom_entries_total{stage="ingest",fate="rejected",reason="message_missing"} 2')
  expect(text).toContain('logboom_entries_total{stage="ingest",fate="replayed",reason=""} 4')
  expect(text).toContain('logboom_entries_unlinked_total 1')
  expect(text).toMatch(/logboom_queue_used_bytes 17\n[^]*logboom_queue_jobs 3/)
})
