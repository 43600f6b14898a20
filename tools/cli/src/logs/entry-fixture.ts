import type { StoredEntry } from '@logboom/contracts'

/** A line as the broker answers it. */
export function entryOf(change: Partial<StoredEntry> = {}): StoredEntry {
  return {
    id: '01a21e0e-d1b3-8000-aedf-d4d6d5d07a09',
    timestamp: '2026-01-15T10:30:00.123456789Z',
    namespace: 'production',
    pod_name: 'web-1',
    container_name: 'app',
    level: 'INFO',
    message: 'Server started',
    agent_id: '6e35f1e9-7d34-48f7-9647-4ab2d58b4d04',
    deployment_object_id: null,
    work_order_id: null,
    created_at: '2026-01-15T10:30:01.000000Z',
    ...change,
  }
}
