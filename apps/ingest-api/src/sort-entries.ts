import { formatTimestamp, rejectReasons } from '@logboom/contracts'
import type { JobStream, Rejection, Row } from '@logboom/contracts'
import { createBatchStreams } from './batch-streams.ts'
import type { BatchStream } from './batch-streams.ts'
import { createEntryChecker } from './check-entry.ts'
import type { CheckedEntry, Reject } from './check-entry.ts'
import type { EntryStream } from './entry-stream.ts'
import { rowIdOf } from './identity.ts'
import { clockShiftUs, judgeAge } from './judge-age.ts'
import type { KnownLinks, Link } from './known-links.ts'
import type { Push } from './parse-push.ts'
import type { RetentionOf, RetentionPolicy } from './retention-policy.ts'
import type { StreamBudget } from './stream-budget.ts'

/** One accepted entry, ready for COPY, with what it is counted under. */
export interface AcceptedEntry extends Row {
  stream: JobStream
  /** UTF-8 bytes of the message as stored. */
  messageBytes: number
}

export interface SortedEntries {
  accepted: AcceptedEntry[]
  rejected: Rejection[]
  expired: number
  unlinked: number
}

export interface SortContext {
  agentId: string
  /** Idempotency key and body, which give entries without an `entry_id` one: the same repeat gets the same. */
  source: string
  receivedUs: number
  messageBytesMax: number
  futureSkewUsMax: number
  policy: RetentionPolicy
  links: KnownLinks
  streams: StreamBudget
}

/** Decides the fate of every entry of a push: accepted as a row, expired, or rejected with a reason. */
export async function sortEntries(push: Push, context: SortContext): Promise<SortedEntries> {
  const check = createEntryChecker({ messageBytesMax: context.messageBytesMax, isClean: push.isClean })
  const checked = push.entries.map(check)
  const ruleOf = await createStreamRules(checked, context)
  const streamOf = createBatchStreams(context.agentId, context.streams)
  const sorted: SortedEntries = { accepted: [], rejected: [], expired: 0, unlinked: 0 }
  const clock = { sentUs: push.sentUs, receivedUs: context.receivedUs }
  const shiftUs = clockShiftUs(clock)
  for (let index = 0; index < checked.length; index += 1) {
    const entry = checked[index]
    if (!entry || 'code' in entry) {
      if (entry) sorted.rejected.push({ index, ...entry })
      continue
    }
    const rule = ruleOf(entry.stream)
    const age = judgeAge(entry.time, clock, rule)
    if (age === 'expired') sorted.expired += 1
    if (age === 'in_future') sorted.rejected.push({ index, ...inFuture })
    if (age !== 'fresh') continue
    if (rule.isUnlinked) sorted.unlinked += 1
    const timed = shiftUs === 0 ? entry : shiftTime(entry, shiftUs)
    sorted.accepted.push(accept(timed, { index, batchStream: streamOf(timed), rule }, context))
  }
  sorted.accepted.sort(byKey)
  return sorted
}

const inFuture = { code: 'timestamp_in_future', detail: rejectReasons.timestamp_in_future }

/** As the unique index orders them. */
function byKey(a: AcceptedEntry, b: AcceptedEntry): number {
  return a.time.us - b.time.us || (a.id < b.id ? -1 : 1)
}

/** What holds for all entries that say the same of their stream. */
interface StreamRule extends RetentionOf {
  futureSkewUsMax: number
  /** A link was wrong; it is null now. */
  isUnlinked: boolean
}

async function createStreamRules(
  checked: readonly (CheckedEntry | Reject)[],
  { agentId, policy, links, futureSkewUsMax }: SortContext,
): Promise<(stream: EntryStream) => StreamRule> {
  const streams = new Set<EntryStream>()
  for (const entry of checked) if (!('code' in entry)) streams.add(entry.stream)
  const wrong = await links.wrong(agentId, linksOf(streams))
  const rules = new Map<EntryStream, StreamRule>()
  return (stream) => {
    const known = rules.get(stream)
    if (known) return known
    const isUnlinked = unlink(stream, wrong)
    const rule = { ...policy.of(agentId, stream.namespace), futureSkewUsMax, isUnlinked }
    rules.set(stream, rule)
    return rule
  }
}

function linksOf(streams: ReadonlySet<EntryStream>): Set<Link> {
  const links = new Set<Link>()
  for (const { deployment_object_id, work_order_id } of streams) {
    if (deployment_object_id !== null) links.add(`deployment_object ${deployment_object_id}`)
    if (work_order_id !== null) links.add(`work_order ${work_order_id}`)
  }
  return links
}

/** True when a link was wrong; it is null then. */
function unlink(stream: EntryStream, wrong: ReadonlySet<Link>): boolean {
  if (wrong.size === 0) return false
  const { deployment_object_id, work_order_id } = stream
  const wrongDeployment =
    deployment_object_id !== null && wrong.has(`deployment_object ${deployment_object_id}`)
  const wrongWorkOrder = work_order_id !== null && wrong.has(`work_order ${work_order_id}`)
  if (wrongDeployment) stream.deployment_object_id = null
  if (wrongWorkOrder) stream.work_order_id = null
  return wrongDeployment || wrongWorkOrder
}

/** Keeps the time that the sender gave as an attribute. */
function shiftTime(entry: CheckedEntry, shiftUs: number): CheckedEntry {
  const attributes = { sent_timestamp: formatTimestamp(entry.time), ...JSON.parse(entry.attributes ?? '{}') }
  const time = { us: entry.time.us + shiftUs, ns: entry.time.ns }
  return { ...entry, time, attributes: JSON.stringify(attributes) }
}

interface Place {
  /** In the body. */
  index: number
  batchStream: BatchStream
  rule: StreamRule
}

function accept(
  entry: CheckedEntry,
  { index, batchStream, rule }: Place,
  { agentId, source, receivedUs }: SortContext,
): AcceptedEntry {
  return {
    time: entry.time,
    createdUs: receivedUs,
    streamId: batchStream.id,
    id: rowIdOf(agentId, entry.time, entry.entryId ?? `${source}/${index}`),
    seq: entry.seq ?? index,
    originalBytes: entry.originalBytes,
    retentionClass: rule.classId,
    severity: entry.severity,
    flags: entry.flags,
    message: entry.message,
    groupId: entry.groupId,
    attributes: entry.attributes,
    stream: batchStream.stream,
    messageBytes: entry.messageBytes,
  }
}
