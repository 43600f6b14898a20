import { byteLength, cutBytes, fieldBytesMax, labelsMax } from '@logboom/contracts'
import { containerStates } from './container-states.ts'
import { matchesLabels } from './label-selector.ts'
import type { LabelSelector } from './label-selector.ts'
import type { ManagedPod } from './managed-pod.ts'
import type { ObjectMeta, PodObject } from './pod-object.ts'

/** Which pods are read, and what is kept of them. */
export interface PodRules {
  /** `managed` = those that say so, or what they belong to does; `all` = of those that are not excluded, every one. */
  mode: 'managed' | 'all'
  /** Besides: all of them must match. */
  selector: LabelSelector
  namespaces: readonly string[]
  namespacesExcluded: readonly string[]
  agentId: string
  /** The label or annotation that names an agent. */
  agentKeys: readonly string[]
  excludeKey: string
  deploymentObjectKey: string
  workOrderKey: string
  /** Names of labels, `*` at the end for all that begin so. */
  labelsKept: readonly string[]
}

/** Whether a pod may be read at all, whoever it belongs to. */
export function isAllowed(rules: PodRules, pod: PodObject): boolean {
  if (rules.namespaces.length > 0 && !rules.namespaces.includes(pod.namespace)) return false
  if (rules.namespacesExcluded.includes(pod.namespace)) return false
  return matchesLabels(rules.selector, pod.labels)
}

/** Whether it asks to be left alone. */
export function isOptedOut({ excludeKey }: PodRules, { annotations }: PodObject): boolean {
  return annotations[excludeKey]?.trim().toLowerCase() === 'true'
}

/** Whether the pod or one of those that it belongs to, nearest first, says that it is this agent's. */
export function isManaged(rules: PodRules, chain: readonly ObjectMeta[]): boolean {
  if (rules.mode === 'all') return true
  return chain.some(({ labels, annotations }) =>
    rules.agentKeys.some((key) => labels[key] === rules.agentId || annotations[key] === rules.agentId),
  )
}

/** The pod as its readers see it. What its chain does not tell, because it is not all known, stays as in `earlier`. */
export function managedPod(
  rules: PodRules,
  pod: PodObject,
  owners: readonly ObjectMeta[],
  earlier: ManagedPod | null,
): ManagedPod {
  const chain = [pod, ...owners]
  const excluded = new Set(pod.annotations[rules.excludeKey]?.split(',').map((name) => name.trim()))
  return {
    uid: pod.uid,
    namespace: pod.namespace,
    name: pod.name,
    node: pod.node,
    labels: keptLabels(rules.labelsKept, pod.labels),
    deploymentObjectId: idOf(chain, rules.deploymentObjectKey) ?? earlier?.deploymentObjectId ?? null,
    workOrderId: idOf(chain, rules.workOrderKey) ?? earlier?.workOrderId ?? null,
    containers: containerStates(pod).filter(({ name }) => !excluded.has(name)),
    isTerminating: pod.isTerminating,
  }
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The nearest that names one; its label before its annotation. */
function idOf(chain: readonly ObjectMeta[], key: string): string | null {
  const named = chain.flatMap(({ labels, annotations }) => [labels[key], annotations[key]])
  return named.find((id) => id !== undefined && uuid.test(id))?.toLowerCase() ?? null
}

/** In the order of the list, so that what is beyond the limits of the wire is what matters least. */
export function keptLabels(
  kept: readonly string[],
  labels: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = kept.flatMap((pattern) =>
    pattern.endsWith('*')
      ? Object.keys(labels).filter((name) => name.startsWith(pattern.slice(0, -1)))
      : Object.hasOwn(labels, pattern)
        ? [pattern]
        : [],
  )
  const fitting = [...new Set(names)].filter((name) => byteLength(name) <= fieldBytesMax.label)
  return Object.fromEntries(
    fitting.slice(0, labelsMax).map((name) => [name, cutBytes(labels[name] ?? '', fieldBytesMax.label)]),
  )
}
