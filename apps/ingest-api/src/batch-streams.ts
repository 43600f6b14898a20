import { labelsMax, rowFlags } from '@logboom/contracts'
import type { JobStream } from '@logboom/contracts'
import { boundAttributes } from './bound-attributes.ts'
import type { CheckedEntry } from './check-entry.ts'
import type { EntryStream } from './entry-stream.ts'
import { streamIdOf } from './identity.ts'
import type { StreamBudget } from './stream-budget.ts'

/** What an agent with too many live streams puts further ones into. */
export const sharedPodName = '(shared)'

/** A stream as the jobs of a batch have it. */
export interface BatchStream {
  /** The key of `log_streams`. */
  id: bigint
  stream: JobStream
}

interface KnownStream extends BatchStream {
  isShared: boolean
  /** What its last entry said of it. */
  last: EntryStream | null
}

/**
 * Gives the entries of one batch their streams, hashing each stream once. Entries of one stream share the newest node
 * and labels. An entry in a shared stream gets what it was not given a stream for as attributes.
 */
export function createBatchStreams(
  agentId: string,
  budget: StreamBudget,
): (entry: CheckedEntry) => BatchStream {
  const streams = new Map<string, KnownStream>()
  /** Entries that say the same share their `stream`: most find theirs here. */
  const known = new Map<EntryStream, KnownStream>()

  function open(identity: EntryStream): KnownStream {
    const id = streamIdOf(agentId, identity)
    if (budget.take(agentId, id)) {
      return { id, stream: { id: id.toString(), ...identity }, isShared: false, last: null }
    }
    const shared = { ...identity, ...sharedIdentity }
    const sharedId = streamIdOf(agentId, shared)
    return { id: sharedId, stream: { id: sharedId.toString(), ...shared }, isShared: true, last: null }
  }

  function find(identity: EntryStream): KnownStream {
    const key = keyOf(identity)
    const found = streams.get(key) ?? open(identity)
    streams.set(key, found)
    known.set(identity, found)
    return found
  }

  return (entry) => {
    const found = known.get(entry.stream) ?? find(entry.stream)
    if (found.isShared) keepAsAttributes(entry)
    else if (found.last !== entry.stream) addNews(found.stream, entry.stream)
    found.last = entry.stream
    return found
  }
}

/** Namespace and links stay: readers are scoped by the one, and find lines by the others. */
const sharedIdentity = {
  pod_name: sharedPodName,
  pod_uid: null,
  container_name: null,
  node: null,
  labels: {},
}

/** None of the texts has a NUL, and none is empty. */
function keyOf(stream: EntryStream): string {
  const { namespace, pod_name, pod_uid, container_name, deployment_object_id, work_order_id } = stream
  return [namespace, pod_name, pod_uid, container_name, deployment_object_id, work_order_id].join('\0')
}

function addNews(stream: JobStream, { node, labels }: EntryStream): void {
  stream.node = node ?? stream.node
  const merged = { ...stream.labels, ...labels }
  if (Object.keys(merged).length <= labelsMax) stream.labels = merged
}

function keepAsAttributes(entry: CheckedEntry): void {
  const { pod_name, pod_uid, container_name, node, labels } = entry.stream
  const lost = {
    pod_name,
    ...(pod_uid !== null && { pod_uid }),
    ...(container_name !== null && { container_name }),
    ...(node !== null && { node }),
    ...(Object.keys(labels).length > 0 && { labels }),
  }
  const given: unknown = JSON.parse(entry.attributes ?? '{}')
  // first, so that it is not what is cut, and last, so that no attribute takes its place
  const { json, cut } = boundAttributes({ ...lost, ...Object(given), ...lost })
  entry.attributes = json
  if (cut) entry.flags |= rowFlags.attributesCut
}
