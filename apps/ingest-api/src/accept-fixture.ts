import { defaultAgentLimits } from '@logboom/contracts'
import type { Entry } from '@logboom/contracts'
import { acceptPush } from './accept-push.ts'
import type { AcceptDeps, AcceptedPush, PushContext } from './accept-push.ts'
import type { Push } from './parse-push.ts'
import { createStreamBudget } from './stream-budget.ts'

export const agentId = '0d1f7b52-7a5e-4c5c-9d0a-1f2e3d4c5b6a'

/** Receipt of every push in tests: 2026-03-01T12:00:00Z. */
export const receivedUs = Date.UTC(2026, 2, 1, 12) * 1000

export function entry(changes: Record<string, unknown> = {}): Entry {
  return {
    timestamp: '2026-03-01T11:59:00.123456789Z',
    namespace: 'production',
    pod_name: 'web-1',
    message: 'hello',
    ...changes,
  }
}

export function push(entries: unknown[], changes: Partial<Push> = {}): Push {
  return {
    entries,
    gaps: [],
    isClean: false,
    sentUs: null,
    key: null,
    instance: '',
    batchNumber: null,
    readUntil: undefined,
    ...changes,
  }
}

/** Everything is retained for 12 h in class 1, and no link is known to be wrong. */
export function acceptDeps(changes: Partial<AcceptDeps> = {}): AcceptDeps {
  return {
    policy: { of: () => ({ classId: 1, retentionUs: 12 * 3_600e6 }), refresh: async () => undefined },
    links: { wrong: async () => new Set() },
    streams: createStreamBudget({ streamsMax: 1_000 }),
    receiptClock: () => receivedUs,
    futureSkewUsMax: 3_600e6,
    ...changes,
  }
}

export function accept(
  given: Push,
  deps: Partial<AcceptDeps> = {},
  context: Partial<PushContext> = {},
): Promise<AcceptedPush> {
  const standard = {
    agentId,
    key: 'key',
    bodyHash: 'body',
    limits: defaultAgentLimits,
    requestId: 'request',
    isAwaited: false,
  }
  return acceptPush(given, { ...standard, ...context }, acceptDeps(deps))
}
