import type { FakeApiServer } from './fake-api-server-fixture.ts'
import type { ContainerState, ManagedPod, PodListener } from './managed-pod.ts'
import type { FakePod, FakeStatus } from './pod-objects-fixture.ts'

/** Tells a listener of all pods of a server, at once and as they change; for tests of what comes after the watch. */
export function tellPods(api: FakeApiServer, listener: PodListener): () => void {
  const pods = api.pods()
  for (const pod of pods) listener.changed(managedPodOf(pod))
  listener.listed(new Set(pods.map(({ metadata }) => metadata.uid)))
  return api.onEvent(({ type, pod }) => {
    if (type === 'DELETED') listener.removed(pod.metadata.uid, { isDeleted: true })
    else listener.changed(managedPodOf(pod))
  })
}

export function managedPodOf({ metadata, spec, status }: FakePod): ManagedPod {
  return {
    uid: metadata.uid,
    namespace: metadata.namespace,
    name: metadata.name,
    node: spec.nodeName,
    labels: metadata.labels,
    deploymentObjectId: null,
    workOrderId: null,
    containers: status.containerStatuses.map((each) => stateOf(each, spec.restartPolicy)),
    isTerminating: metadata.deletionTimestamp !== undefined,
  }
}

function stateOf(
  { name, state, lastState, restartCount, containerID }: FakeStatus,
  policy: string,
): ContainerState {
  const isOver = 'terminated' in state
  const last = 'terminated' in lastState ? (lastState.terminated as { containerID: string }) : null // a fake's own
  return {
    name,
    kind: 'app',
    phase: 'running' in state ? 'running' : isOver ? 'terminated' : 'waiting',
    containerId: containerID ?? null,
    restartCount,
    previousContainerId: last?.containerID ?? null,
    mayRestart: policy === 'Always',
  }
}
