import { compareTimes, nsOfSuborder } from '@logboom/contracts'
import type { LogTime } from '@logboom/contracts'
import type { CommitGap, CommitRow, ReadScope, RowFilter, Stream, StreamFilter } from '@logboom/db'
import { severityRangesOf } from '../log-query.ts'
import type { LogFilters } from '../log-query.ts'
import type { TextMatch } from '../match-text.ts'

/** What a follower asks for. Judged here as PostgreSQL judges it for a search; a property test holds them together. */
export interface FollowFilter {
  /** The same for filters that ask for the same. */
  key: string
  scope: ReadScope
  streams: StreamFilter
  severities: RowFilter['severities']
  since: LogTime | null
  q: TextMatch | null
  attributes: RowFilter['attributes']
}

export function followFilterOf(
  query: Omit<LogFilters, 'since' | 'until'>,
  given: Pick<FollowFilter, 'key' | 'scope' | 'streams' | 'since'>,
): FollowFilter {
  return {
    ...given,
    severities: severityRangesOf(query),
    q: query.q ?? null,
    attributes: query.attributes,
  }
}

/** As `matchesStream` of libs/db; whether the agent is deleted was asked of the batch. */
export function takesStream({ scope, streams: wanted }: FollowFilter, stream: Stream): boolean {
  return (
    isInScope(scope, stream.agentId, stream.namespace) &&
    isPlace(wanted, {
      agentId: stream.agentId,
      namespace: stream.namespace,
      podName: stream.podName,
      containerName: stream.containerName,
    }) &&
    hasLinks(wanted, stream)
  )
}

/** Gaps have neither levels nor text, and are shown for what else is asked; `beside`: the streams of its pod. */
export function takesGap(filter: FollowFilter, gap: CommitGap, beside: readonly Stream[]): boolean {
  const { scope, streams: wanted, since } = filter
  const place = {
    agentId: gap.agent_id,
    namespace: gap.namespace,
    podName: gap.pod_name,
    containerName: gap.container_name,
  }
  if (!isInScope(scope, gap.agent_id, gap.namespace) || !isPlace(wanted, place)) return false
  if (since && Date.parse(gap.to) * 1000 < since.us) return false
  const isLinked = wanted.deploymentObjectId ?? wanted.workOrderId ?? wanted.labels[0]
  return !isLinked || beside.some((stream) => takesStream(filter, stream))
}

/** Prepared once per follower: whether it takes a line of a stream that it takes. */
export function rowMatcherOf(filter: FollowFilter): (row: CommitRow, hasAttributes: boolean) => boolean {
  const { severities, since, q } = filter
  const matchesText = textMatcherOf(q)
  return (row, hasAttributes) =>
    hasAttributes &&
    (severities.length === 0 ||
      severities.some(([from, to]) => row.severity !== null && row.severity >= from && row.severity <= to)) &&
    (!since || compareTimes({ us: row.us, ns: nsOfSuborder(row.suborder) }, since) >= 0) &&
    matchesText(row.message)
}

function textMatcherOf(q: TextMatch | null): (message: string) => boolean {
  if (!q) return () => true
  if ('matches' in q) return q.matches
  // Without the flag `u`, letters beyond ASCII fold to none of a to z, as PostgreSQL's do in collation C.
  const wanted = new RegExp(q.text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'i')
  return (message) => wanted.test(message)
}

function isInScope({ agents, namespaces }: ReadScope, agentId: string, namespace: string): boolean {
  return (!agents || agents.includes(agentId)) && (!namespaces || namespaces.includes(namespace))
}

type Place = Pick<Stream, 'agentId' | 'namespace' | 'podName' | 'containerName'>

function isPlace(wanted: StreamFilter, { agentId, namespace, podName, containerName }: Place): boolean {
  return (
    (!wanted.agentId || wanted.agentId === agentId) &&
    (wanted.namespace === null || wanted.namespace === namespace) &&
    (wanted.podName === null || wanted.podName === podName) &&
    (!wanted.podNamePrefix || podName.startsWith(wanted.podNamePrefix)) &&
    (wanted.containerName === null || wanted.containerName === containerName)
  )
}

function hasLinks(wanted: StreamFilter, stream: Stream): boolean {
  return (
    (!wanted.deploymentObjectId || wanted.deploymentObjectId === stream.deploymentObjectId) &&
    (!wanted.workOrderId || wanted.workOrderId === stream.workOrderId) &&
    wanted.labels.every(([key, value]) => Object.hasOwn(stream.labels, key) && stream.labels[key] === value)
  )
}
