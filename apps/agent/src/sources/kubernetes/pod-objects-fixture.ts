import { randomUUID } from 'node:crypto'

/** Objects as the API server gives them; only what somebody reads is there. */
export interface FakeMeta {
  name: string
  namespace: string
  uid: string
  resourceVersion?: string
  labels: Record<string, string>
  annotations: Record<string, string>
  ownerReferences?: FakeOwner[]
  deletionTimestamp?: string
  /** Takes most of the room of real objects, and nobody wants it. */
  managedFields?: unknown[]
}

export interface FakeOwner {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
}

export interface FakeObject {
  apiVersion: string
  kind: string
  metadata: FakeMeta
}

export interface FakeContainer {
  name: string
  restartPolicy?: string
  restartPolicyRules?: object[]
}

export interface FakeStatus {
  name: string
  containerID?: string
  restartCount: number
  state: object
  lastState: object
}

export interface FakePod extends FakeObject {
  spec: {
    nodeName: string
    restartPolicy: string
    initContainers: FakeContainer[]
    containers: FakeContainer[]
    ephemeralContainers: FakeContainer[]
  }
  status: {
    phase: string
    initContainerStatuses: FakeStatus[]
    containerStatuses: FakeStatus[]
    ephemeralContainerStatuses: FakeStatus[]
  }
}

export interface FakePodParts extends Partial<FakeMeta> {
  node?: string
  restartPolicy?: string
  init?: FakeContainer[]
  containers?: (string | FakeContainer)[]
}

/** A pod that was scheduled and whose containers wait; `runContainer` and `endContainer` give them lives. */
export function fakePod({
  node,
  restartPolicy,
  init = [],
  containers = ['app'],
  ...meta
}: FakePodParts): FakePod {
  const app = containers.map((each) => (typeof each === 'string' ? { name: each } : each))
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: fakeMeta(meta),
    spec: {
      nodeName: node ?? 'node-1',
      restartPolicy: restartPolicy ?? 'Always',
      initContainers: init,
      containers: app,
      ephemeralContainers: [],
    },
    status: {
      phase: 'Pending',
      initContainerStatuses: init.map(waitingStatus),
      containerStatuses: app.map(waitingStatus),
      ephemeralContainerStatuses: [],
    },
  }
}

export function fakeMeta({
  name = 'pod',
  namespace = 'default',
  uid = randomUUID(),
  ...rest
}: Partial<FakeMeta>): FakeMeta {
  return { labels: {}, annotations: {}, ...rest, name, namespace, uid }
}

export function waitingStatus({ name }: { name: string }): FakeStatus {
  return { name, restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } }, lastState: {} }
}

/** Begins a life of a container; a further one if it ended before. Returns the id of that life. */
export function runContainer(pod: FakePod, name: string): string {
  const status = statusOf(pod, name)
  const ended = status.state
  if ('terminated' in ended) status.lastState = ended
  if ('terminated' in status.lastState) status.restartCount += 1
  status.containerID = `containerd://${randomUUID().replaceAll('-', '')}`
  status.state = { running: { startedAt: new Date().toISOString() } }
  pod.status.phase = 'Running'
  return status.containerID
}

/** Ends the life that runs; with `waits`, the container then waits for its next one, as in a crash loop. */
export function endContainer(pod: FakePod, name: string, exitCode = 0, waits?: string): void {
  const status = statusOf(pod, name)
  const terminated = {
    containerID: status.containerID,
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    finishedAt: new Date().toISOString(),
  }
  if (waits === undefined) {
    status.state = { terminated }
    return
  }
  status.lastState = { terminated }
  status.state = { waiting: { reason: waits } }
}

export function statusOf({ status }: FakePod, name: string): FakeStatus {
  const all = [status.initContainerStatuses, status.containerStatuses, status.ephemeralContainerStatuses]
  const found = all.flat().find((each) => each.name === name)
  if (!found) throw new Error(`no container ${name}`)
  return found
}
