import type { StoredEntry, StoredGap } from '@logboom/contracts'

/** A line of `pod` that was written `seconds` after noon. */
export function entryAt(seconds: number, more: Partial<StoredEntry> = {}): StoredEntry {
  const timestamp = `${new Date(Date.UTC(2026, 10, 27, 12) + seconds * 1000).toISOString().slice(0, 23)}000000Z`
  return {
    id: `00000000-0000-8000-8000-${String(Math.round(seconds * 1000) + 1e9).padStart(12, '0')}`,
    timestamp,
    namespace: 'prod',
    pod_name: 'web-1',
    container_name: 'app',
    level: 'ERROR',
    message: `line of ${seconds} s`,
    agent_id: 'a0000000-0000-4000-8000-000000000000',
    deployment_object_id: null,
    work_order_id: null,
    created_at: timestamp,
    ...more,
  }
}

export function gapBetween(fromSeconds: number, toSeconds: number): StoredGap {
  return {
    id: `gap of ${fromSeconds}`,
    agent_id: 'a0000000-0000-4000-8000-000000000000',
    namespace: 'prod',
    pod_name: 'web-1',
    container_name: 'app',
    from: entryAt(fromSeconds).timestamp,
    to: entryAt(toSeconds).timestamp,
    lines: 3,
    bytes: 90,
    reason: 'rotated',
    exact: true,
    created_at: entryAt(toSeconds).timestamp,
  }
}
