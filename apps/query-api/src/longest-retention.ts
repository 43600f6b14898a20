import { defaultRetentionClass, formatMicros } from '@logboom/contracts'
import type { LogPage, RetentionAssignment } from '@logboom/contracts'
import type { Horizon, ReadScope, RetentionPolicyTable, StreamFilter } from '@logboom/db'

/**
 * The longest retention, in seconds, that can hold for what was asked for: of all assignments that fit, the
 * most specific for each agent and namespace; `default` where none covers everything.
 */
export function longestRetention(
  { classes, assignments }: RetentionPolicyTable,
  { scope, streams }: { scope: ReadScope; streams: Pick<StreamFilter, 'agentId' | 'namespace'> },
): number {
  const agents = narrowed(scope.agents, streams.agentId)
  const namespaces = narrowed(scope.namespaces, streams.namespace)
  const fitting = assignments.filter((one) => fits(agents, one.agent_id) && fits(namespaces, one.namespace))
  // Only one that holds for everything asked for puts the less specific ones out of force.
  const covering = fitting
    .filter((one) => coversAll(agents, one.agent_id) && coversAll(namespaces, one.namespace))
    .reduce<RetentionAssignment | null>((best, one) => (best && rank(best) > rank(one) ? best : one), null)
  const inForce = covering ? fitting.filter((one) => rank(one) >= rank(covering)) : fitting
  const names = inForce.map((one) => one.retention_class)
  if (!covering) names.push(defaultRetentionClass.name)
  const seconds = classes.filter(({ name }) => names.includes(name)).map((one) => one.retention_seconds)
  return Math.max(0, ...seconds)
}

/** What an answer says of it. */
export function retentionOf(seconds: number, { nowUs }: Horizon): LogPage['retention'] {
  return { retention_seconds: seconds, oldest_available: formatMicros(nowUs - seconds * 1e6) }
}

/** Agent and namespace, then agent, then namespace. */
function rank({ agent_id, namespace }: RetentionAssignment): number {
  return (agent_id === null ? 0 : 2) + (namespace === null ? 0 : 1)
}

/** Null = all there are. */
function narrowed(scope: readonly string[] | null, asked: string | null): readonly string[] | null {
  return asked === null ? scope : [asked]
}

function fits(names: readonly string[] | null, name: string | null): boolean {
  return names === null || name === null || names.includes(name)
}

function coversAll(names: readonly string[] | null, name: string | null): boolean {
  return name === null || (names?.length === 1 && names[0] === name)
}
