import { fakeMeta, fakePod } from './pod-objects-fixture.ts'
import type { FakeMeta, FakeObject, FakePod, FakePodParts } from './pod-objects-fixture.ts'

export interface FakeEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  version: number
  pod: FakePod
}

export interface ObjectStore {
  /** Namespaces have a UID; owners are found by their path. */
  readonly objects: Map<string, FakeObject>
  createPod(parts?: FakePodParts): FakePod
  /** Changes the pod that is there; what is passed to `change` is a copy until it returns. */
  updatePod(uid: string, change: (pod: FakePod) => void): FakePod
  deletePod(uid: string): void
  /** The pod as it is now. Throws when it is gone. */
  pod(uid: string): FakePod
  pods(): FakePod[]
  version(): number
  /** Events after `version`, or null when history does not reach back so far. */
  eventsSince(version: number): FakeEvent[] | null
  /** Forgets history, as etcd does every five minutes: older versions can no longer be watched, nor listed on from. */
  compact(): void
  compactedTo(): number
  /** An object that owns others, at `/apis/<apiVersion>/namespaces/<ns>/<plural>/<name>`. */
  addOwner(apiVersion: string, kind: string, plural: string, meta: Partial<FakeMeta>): FakeObject
  onEvent(listener: (event: FakeEvent) => void): () => void
}

/** What etcd and the API server keep: pods with their versions and history, and some other objects. */
export function createObjectStore(): ObjectStore {
  const pods = new Map<string, FakePod>()
  const objects = new Map(['default', 'kube-system'].map(namespaceEntry))
  const history = createHistory()

  function take(uid: string): FakePod {
    const pod = pods.get(uid)
    if (!pod) throw new Error(`no pod ${uid}`)
    return pod
  }

  return {
    ...history,
    objects,
    createPod(parts = {}) {
      const pod = fakePod(parts)
      const { namespace, name, uid } = pod.metadata
      const isTaken = [...pods.values()].some(
        ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
      )
      if (isTaken) throw new Error(`pod ${namespace}/${name} already exists`)
      pods.set(uid, pod)
      return history.record('ADDED', pod)
    },
    updatePod(uid, change) {
      const pod = structuredClone(take(uid))
      change(pod)
      pods.set(uid, pod)
      return history.record('MODIFIED', pod)
    },
    deletePod(uid) {
      const pod = take(uid)
      pods.delete(uid)
      history.record('DELETED', pod)
    },
    pod: (uid) => structuredClone(take(uid)),
    pods: () => [...pods.values()].map((pod) => structuredClone(pod)),
    addOwner(apiVersion, kind, plural, meta) {
      const object = { apiVersion, kind, metadata: fakeMeta(meta) }
      const { namespace, name } = object.metadata
      const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
      objects.set(`${root}/namespaces/${namespace}/${plural}/${name}`, object)
      return object
    },
  }
}

function namespaceEntry(name: string): [string, FakeObject] {
  const metadata = fakeMeta({ name, namespace: '' })
  return [`/api/v1/namespaces/${name}`, { apiVersion: 'v1', kind: 'Namespace', metadata }]
}

function createHistory() {
  const listeners = new Set<(event: FakeEvent) => void>()
  let events: FakeEvent[] = []
  let version = 1000
  let compactedTo = 1000
  return {
    record(type: FakeEvent['type'], pod: FakePod): FakePod {
      version += 1
      pod.metadata.resourceVersion = String(version)
      const event = { type, version, pod: structuredClone(pod) }
      events.push(event)
      for (const listener of listeners) listener(event)
      return structuredClone(pod)
    },
    version: () => version,
    compactedTo: () => compactedTo,
    eventsSince: (since: number) =>
      since < compactedTo ? null : events.filter((event) => event.version > since),
    compact() {
      version += 1
      compactedTo = version
      events = []
    },
    onEvent(listener: (event: FakeEvent) => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
