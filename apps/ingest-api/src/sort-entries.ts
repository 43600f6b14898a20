import { encodeRow, formatTimestamp, rejectReasons } from '@logboom/contracts'
import type { JobCount, JobStream, Rejection } from '@logboom/contracts'
import { createBatchStreams } from './batch-streams.ts'
import { checkEntry } from './check-entry.ts'
import type { CheckedEntry, Reject } from './check-entry.ts'
import { rowIdOf } from './identity.ts'
import { clockShiftUs, judgeAge } from './judge-age.ts'
import type { KnownLinks, Link } from './known-links.ts'
import type { Push } from './parse-push.ts'
import type { RetentionPolicy } from './retention-policy.ts'
import type { StreamBudget } from './stream-budget.ts'

/** One accepted entry, ready for COPY, with what the writer counts it under. */
export interface AcceptedEntry {
  us: number
  id: string
  line: string
  stream: JobStream
  count: Omit<JobCount, 'rows' | 'bytes' | 'stream'>
  bytes: number
  /** JSON text, for the traced values in it. */
  attributes: string | null
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
  const checked = push.entries.map((raw) => checkEntry(raw, context.messageBytesMax))
  const wrong = await context.links.wrong(context.agentId, linksOf(checked))
  const sorted: SortedEntries = { accepted: [], rejected: [], expired: 0, unlinked: 0 }
  const streamOf = createBatchStreams(context.agentId, context.streams)
  const clock = { sentUs: push.sentUs, receivedUs: context.receivedUs }
  const shiftUs = clockShiftUs(clock)
  for (const [index, entry] of checked.entries()) {
    if ('code' in entry) {
      sorted.rejected.push({ index, ...entry })
      continue
    }
    const retention = context.policy.of(context.agentId, entry.stream.namespace)
    const age = judgeAge(entry.time, clock, { ...retention, futureSkewUsMax: context.futureSkewUsMax })
    if (age === 'expired') sorted.expired += 1
    if (age === 'in_future') sorted.rejected.push({ index, ...inFuture })
    if (age !== 'fresh') continue
    if (unlink(entry, wrong)) sorted.unlinked += 1
    const placed = {
      entry: shiftUs === 0 ? entry : shiftTime(entry, shiftUs),
      index,
      stream: streamOf(entry),
      retentionClass: retention.classId,
    }
    sorted.accepted.push(accept(placed, context))
  }
  sorted.accepted.sort((a, b) => a.us - b.us || (a.id < b.id ? -1 : 1))
  return sorted
}

const inFuture = { code: 'timestamp_in_future', detail: rejectReasons.timestamp_in_future }

function linksOf(checked: (CheckedEntry | Reject)[]): Set<Link> {
  return new Set(
    checked.flatMap((entry) => ('code' in entry ? [] : Object.values(linksOfEntry(entry)).filter(isLink))),
  )
}

function linksOfEntry({ stream }: CheckedEntry): { deployment: Link | null; workOrder: Link | null } {
  return {
    deployment:
      stream.deployment_object_id === null ? null : `deployment_object ${stream.deployment_object_id}`,
    workOrder: stream.work_order_id === null ? null : `work_order ${stream.work_order_id}`,
  }
}

function isLink(link: Link | null): link is Link {
  return link !== null
}

/** True when a link of the entry was wrong; it is null then. */
function unlink(entry: CheckedEntry, wrong: Set<Link>): boolean {
  if (wrong.size === 0) return false
  const { deployment, workOrder } = linksOfEntry(entry)
  const wrongDeployment = deployment !== null && wrong.has(deployment)
  const wrongWorkOrder = workOrder !== null && wrong.has(workOrder)
  if (wrongDeployment) entry.stream.deployment_object_id = null
  if (wrongWorkOrder) entry.stream.work_order_id = null
  return wrongDeployment || wrongWorkOrder
}

/** Keeps the time that the sender gave as an attribute. */
function shiftTime(entry: CheckedEntry, shiftUs: number): CheckedEntry {
  const attributes = { sent_timestamp: formatTimestamp(entry.time), ...JSON.parse(entry.attributes ?? '{}') }
  const time = { us: entry.time.us + shiftUs, ns: entry.time.ns }
  return { ...entry, time, attributes: JSON.stringify(attributes) }
}

interface PlacedEntry {
  entry: CheckedEntry
  /** In the body. */
  index: number
  stream: JobStream
  retentionClass: number
}

function accept(
  { entry, index, stream, retentionClass }: PlacedEntry,
  { agentId, source, receivedUs }: SortContext,
): AcceptedEntry {
  const id = rowIdOf(agentId, entry.time, entry.entryId ?? `${source}/${index}`)
  const line = encodeRow({
    ...entry,
    id,
    createdUs: receivedUs,
    streamId: BigInt(stream.id),
    seq: entry.seq ?? index,
    retentionClass,
  })
  const minute = Math.floor(entry.time.us / 60e6)
  const count = { retention_class: retentionClass, minute, severity: entry.severity }
  return {
    us: entry.time.us,
    id,
    line,
    stream,
    count,
    bytes: entry.messageBytes,
    attributes: entry.attributes,
  }
}
