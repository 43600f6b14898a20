import type { ContainerState } from './managed-pod.ts'
import type { ContainerSpec, ContainerStatus, PodObject } from './pod-object.ts'

type Kind = ContainerState['kind']

/** The containers of a pod in the order in which they start, each with the life that it is in. */
export function containerStates(pod: PodObject): ContainerState[] {
  const init = pod.initContainers.map((spec) =>
    stateOf(pod, spec, spec.restartPolicy === 'Always' ? 'sidecar' : 'init'),
  )
  const app = pod.appContainers.map((spec) => stateOf(pod, spec, 'app'))
  const ephemeral = pod.ephemeralContainers.map((spec) => stateOf(pod, spec, 'ephemeral'))
  return [...init, ...app, ...ephemeral]
}

function stateOf(pod: PodObject, spec: ContainerSpec, kind: Kind): ContainerState {
  const status = pod.statuses.get(spec.name)
  const ended = status?.state?.terminated
  return {
    name: spec.name,
    kind,
    phase: status?.state?.running ? 'running' : ended ? 'terminated' : 'waiting',
    containerId: status?.containerID || ended?.containerID || null,
    restartCount: status?.restartCount ?? 0,
    previousContainerId: status?.lastState?.terminated?.containerID || null,
    mayRestart: mayRestart(pod, spec, kind, status),
  }
}

/**
 * Whether the kubelet may start it again: by the pod's restart policy, the container's own, and the rules that a
 * container may have for single exit codes; the first rule that matches decides.
 */
function mayRestart(
  pod: PodObject,
  spec: ContainerSpec,
  kind: Kind,
  status: ContainerStatus | undefined,
): boolean {
  if (pod.isOver) return false
  if (kind === 'ephemeral') return false
  if (restartsAll(pod)) return true
  const policy = spec.restartPolicy ?? pod.restartPolicy
  const ended = status?.state?.terminated
  if (!ended) return policy !== 'Never' || spec.restartPolicyRules.length > 0 || !status?.state?.running
  const rule = spec.restartPolicyRules.find((each) => matchesRule(each, ended.exitCode))
  if (rule) return rule.action.startsWith('Restart')
  // What an init container did well is done, whatever the policy.
  if (policy === 'OnFailure' || kind === 'init') return policy !== 'Never' && ended.exitCode !== 0
  return policy === 'Always'
}

/** A container that ends may have all of them start again, those that are done included. */
function restartsAll(pod: PodObject): boolean {
  return [...pod.initContainers, ...pod.appContainers].some(({ restartPolicyRules }) =>
    restartPolicyRules.some(({ action }) => action === 'RestartAllContainers'),
  )
}

function matchesRule({ exitCodes }: ContainerSpec['restartPolicyRules'][number], exitCode: number): boolean {
  if (!exitCodes) return false
  const isListed = exitCodes.values.includes(exitCode)
  return exitCodes.operator === 'NotIn' ? !isListed : isListed
}
