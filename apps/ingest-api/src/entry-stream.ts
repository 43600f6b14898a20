import type { Entry } from '@logboom/contracts'
import type { StreamIdentity } from './identity.ts'

/** What an entry says of its stream, in a shape that PostgreSQL takes. */
export interface EntryStream extends StreamIdentity {
  node: string | null
  labels: Record<string, string>
}

/** The fields of an entry that belong to its stream. */
type StreamFields = Pick<
  Entry,
  | 'namespace'
  | 'pod_name'
  | 'pod_uid'
  | 'container_name'
  | 'deployment_object_id'
  | 'work_order_id'
  | 'node'
  | 'labels'
>

export type ReadStream = (entry: StreamFields) => EntryStream

const variantsMax = 64

interface KnownStream {
  given: StreamFields
  stream: EntryStream
}

/**
 * Reads what the entries of one push say of their streams. Those that say the same get the same object, so that
 * whatever depends on it is found out once per stream and not once per line.
 */
export function createStreamReader(clean: (text: string) => string): ReadStream {
  const byPod = new Map<string, KnownStream[]>()
  return (entry) => {
    const ofPod = byPod.get(entry.pod_name)
    const known = ofPod?.find(({ given }) => saysTheSame(given, entry))
    if (known) return known.stream
    const stream = readStream(entry, clean)
    if (!ofPod) byPod.set(entry.pod_name, [{ given: entry, stream }])
    // a pod of which every line says something else is not looked for in vain ever longer
    else if (ofPod.push({ given: entry, stream }) > variantsMax) ofPod.shift()
    return stream
  }
}

function saysTheSame(one: StreamFields, other: StreamFields): boolean {
  return (
    one.namespace === other.namespace &&
    one.container_name === other.container_name &&
    one.pod_uid === other.pod_uid &&
    one.node === other.node &&
    one.deployment_object_id === other.deployment_object_id &&
    one.work_order_id === other.work_order_id &&
    hasSameLabels(one.labels, other.labels)
  )
}

function hasSameLabels(one: Entry['labels'], other: Entry['labels']): boolean {
  if (!one || !other) return !one === !other
  let labels = 0
  for (const key in one) {
    if (one[key] !== other[key]) return false
    labels += 1
  }
  for (const _key in other) labels -= 1
  return labels === 0
}

function readStream(entry: StreamFields, clean: (text: string) => string): EntryStream {
  /** Senders leave out what they do not know in three ways: no field, null, and an empty text. */
  const textOrNull = (text: string | null | undefined) => (text ? clean(text) : null)
  const labels = Object.entries(entry.labels ?? {}).map(([key, value]) => [clean(key), clean(value)])
  return {
    namespace: clean(entry.namespace),
    pod_name: clean(entry.pod_name),
    pod_uid: textOrNull(entry.pod_uid),
    container_name: textOrNull(entry.container_name),
    deployment_object_id: linkOrNull(entry.deployment_object_id),
    work_order_id: linkOrNull(entry.work_order_id),
    node: textOrNull(entry.node),
    labels: Object.fromEntries(labels),
  }
}

/** A link is never a reason to refuse a line: what is no text cannot be an id, and becomes null with the wrong ones. */
function linkOrNull(link: unknown): string | null {
  if (link === undefined || link === null || link === '') return null
  return typeof link === 'string' ? link.toLowerCase() : 'not a text'
}
