import { z } from 'zod'

/** What is kept of a pod as the API server gives it; everything else, most of all `managedFields`, is dropped on arrival. */
export interface PodObject extends ObjectMeta {
  node: string | null
  restartPolicy: string
  /** Nothing in it will ever run again. */
  isOver: boolean
  initContainers: ContainerSpec[]
  appContainers: ContainerSpec[]
  ephemeralContainers: ContainerSpec[]
  /** By container. */
  statuses: ReadonlyMap<string, ContainerStatus>
}

/** What matters of an object of any kind. */
export interface ObjectMeta {
  uid: string
  name: string
  /** Empty for objects of the cluster. */
  namespace: string
  version: string
  labels: Record<string, string>
  annotations: Record<string, string>
  /** Its controller, if it has one. */
  owner: OwnerReference | null
  isTerminating: boolean
}

export type OwnerReference = Omit<z.output<typeof Owner>, 'controller'>
export type ContainerSpec = z.output<typeof Container>
export type ContainerStatus = z.output<typeof Status>

const text = z.string()
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? [])
const texts = z
  .record(text, text)
  .nullish()
  .transform((record) => record ?? {})

const Owner = z.object({
  apiVersion: text,
  kind: text,
  name: text,
  uid: text,
  controller: z.boolean().nullish(),
})

const Meta = z.object({
  uid: text.min(1),
  name: text.min(1),
  namespace: text.default(''),
  resourceVersion: text.default(''),
  labels: texts,
  annotations: texts,
  ownerReferences: list(Owner),
  deletionTimestamp: text.nullish(),
})

const Rule = z.object({
  action: text,
  exitCodes: z.object({ operator: text, values: list(z.number()) }).nullish(),
})

const Container = z.object({
  name: text,
  restartPolicy: text.nullish(),
  // Still in the making: what it becomes must not make a pod unreadable.
  restartPolicyRules: list(Rule).catch([]),
})

const Ended = z.object({ containerID: text.nullish(), exitCode: z.number().default(0) }).nullish()
const State = z.object({ running: z.object({}).nullish(), terminated: Ended }).nullish()

const Status = z.object({
  name: text,
  containerID: text.nullish(),
  restartCount: z.number().default(0),
  state: State,
  lastState: State,
})

const Pod = z.object({
  metadata: Meta,
  spec: z.object({
    nodeName: text.nullish(),
    restartPolicy: text.default('Always'),
    initContainers: list(Container),
    containers: list(Container),
    ephemeralContainers: list(Container),
  }),
  status: z
    .object({
      phase: text.nullish(),
      initContainerStatuses: list(Status),
      containerStatuses: list(Status),
      ephemeralContainerStatuses: list(Status),
    })
    .nullish(),
})

const Named = z.object({ metadata: Meta })

/** A pod from JSON; null for what is none. */
export function readPod(value: unknown): PodObject | null {
  const { data } = Pod.safeParse(value)
  if (!data) return null
  const { metadata, spec, status } = data
  const statuses = [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ]
  return {
    ...metaOf(metadata),
    uid: staticPodUid(metadata) ?? metadata.uid,
    node: spec.nodeName || null,
    restartPolicy: spec.restartPolicy,
    isOver: status?.phase === 'Succeeded' || status?.phase === 'Failed',
    initContainers: spec.initContainers,
    appContainers: spec.containers,
    ephemeralContainers: spec.ephemeralContainers,
    statuses: new Map(statuses.map((each) => [each.name, each])),
  }
}

/**
 * Of a pod that a node runs from a file: what names it, whoever makes the object that mirrors it anew. Anybody can write
 * annotations, but not so that they pass for the uid of an ordinary pod, which has dashes.
 */
function staticPodUid({ annotations, ownerReferences }: z.output<typeof Meta>): string | null {
  const hash = annotations['kubernetes.io/config.hash'] ?? ''
  const isMirror = annotations['kubernetes.io/config.mirror'] !== undefined
  const isOfNode = ownerReferences.some(({ kind, controller }) => kind === 'Node' && controller === true)
  return isMirror && isOfNode && /^[0-9a-f]{32}$/.test(hash) ? hash : null
}

/** The metadata of an object from JSON; null for what has none. */
export function readMeta(value: unknown): ObjectMeta | null {
  const { data } = Named.safeParse(value)
  return data ? metaOf(data.metadata) : null
}

function metaOf(meta: z.output<typeof Meta>): ObjectMeta {
  // A static pod belongs to its node, which says nothing about its pods.
  const owner = meta.ownerReferences.find(({ controller, kind }) => controller === true && kind !== 'Node')
  return {
    uid: meta.uid,
    name: meta.name,
    namespace: meta.namespace,
    version: meta.resourceVersion,
    labels: meta.labels,
    annotations: meta.annotations,
    owner: owner
      ? { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, uid: owner.uid }
      : null,
    isTerminating: meta.deletionTimestamp != null,
  }
}
