/** A pod whose logs are collected, as far as reading them asks for. */
export interface ManagedPod {
  uid: string
  namespace: string
  name: string
  node: string | null
  /** Those that are kept as labels of the stream. */
  labels: Record<string, string>
  deploymentObjectId: string | null
  workOrderId: string | null
  /** In the order in which they start; those that are opted out are not among them. */
  containers: ContainerState[]
  /** Being deleted, but still there. */
  isTerminating: boolean
}

/** One container and the life that it is in. */
export interface ContainerState {
  name: string
  kind: 'init' | 'sidecar' | 'app' | 'ephemeral'
  phase: 'waiting' | 'running' | 'terminated'
  /** Of the life that runs or ran last, as the runtime names it; null before the first. */
  containerId: string | null
  /** Lives that ended before this one. */
  restartCount: number
  /** Of the life before the present one, whose log `previous=true` serves; null if there is none. */
  previousContainerId: string | null
  /** Whether another life may follow, by the restart policy and how it ended. */
  mayRestart: boolean
}

/** Told of pods as they come, change and go; a relist tells the same again. */
export interface PodListener {
  /** New, or something in it has changed. */
  changed(pod: ManagedPod): void
  /** It is gone, or no longer selected; `isDeleted` tells which. */
  removed(uid: string, how: { isDeleted: boolean }): void
  /** A full list was read: pods that were not told of are not there. */
  listed(uids: ReadonlySet<string>): void
}
