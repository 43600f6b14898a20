import type { WhoAmI } from '@logboom/contracts'
import type { Broker } from './open-broker.ts'

/** Whose key it is, and what it may see. */
export type Identity = (typeof WhoAmI)['_output']

export function readIdentity(broker: Broker): Promise<Identity> {
  return broker.get<Identity>('/api/v1/whoami')
}

/** `an admin key: it may do everything`, for people. */
export function describeIdentity({ kind, agent_id, agents, namespaces }: Identity): string {
  if (kind === 'admin') return 'an admin key: it may do everything'
  if (kind === 'agent') return `the key of agent ${agent_id}: it may read its lines and write them`
  const scope = [
    agents && `${agents.length} of the agents`,
    namespaces && `namespaces ${namespaces.join(', ')}`,
  ]
  const limits = scope.filter((part) => part !== null).join(', ')
  return `a reader's key: it may read ${limits === '' ? 'everything' : `only ${limits}`}`
}
