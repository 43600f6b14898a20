import { liveStreamsPerAgentMax } from '@logboom/contracts'
import { touchAgent } from '@logboom/db'
import type { Database } from '@logboom/db'
import { withDeadline } from '@logboom/service'
import type { Logger } from '@logboom/service'
import type { AcceptDeps } from './accept-push.ts'
import type { IngestConfig } from './config.ts'
import { createKnownLinks } from './known-links.ts'
import { createReceiptClock } from './receipt-clock.ts'
import { findAgentLinks, loadPolicyTable } from './registry-lookups.ts'
import { createRetentionPolicy } from './retention-policy.ts'
import { createSeenNotes } from './seen-notes.ts'
import { createStreamBudget } from './stream-budget.ts'

export interface PushSources extends AcceptDeps {
  onSeen: (agentId: string) => void
}

/** A frozen PostgreSQL keeps its connections: only a clock notices. A push goes on without what it does not say. */
const lookupMs = 1_000

/** What judging a push takes besides its body. All of it goes on, with what is known, while PostgreSQL is away. */
export function openPushSources(
  db: Database,
  config: IngestConfig,
  log: Logger,
  onError: (err: unknown) => void,
): PushSources {
  return {
    policy: createRetentionPolicy({
      load: () => withDeadline('reading the retention policy', lookupMs, loadPolicyTable(db)),
      onError,
    }),
    links: createKnownLinks({
      find: (agentId, links) =>
        withDeadline('looking up links', lookupMs, findAgentLinks(db, agentId, links)),
      onError,
    }),
    streams: createStreamBudget({
      streamsMax: liveStreamsPerAgentMax,
      onFull: (agentId) => log.warn('agent has too many live streams, further ones are shared', { agentId }),
    }),
    receiptClock: createReceiptClock(),
    futureSkewUsMax: config.MAX_FUTURE_SKEW_MINUTES * 60e6,
    onSeen: createSeenNotes({ note: (id) => touchAgent(db, { id }), onError }),
  }
}
