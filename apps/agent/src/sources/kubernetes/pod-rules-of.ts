import type { AgentConfig } from '../../config.ts'
import type { PodRules } from './pod-rules.ts'

/** Which pods are read, as it is configured. */
export function podRulesOf(config: AgentConfig): PodRules {
  return {
    // `selector` is every pod as well: that it asks for a selector is seen to when the configuration is read.
    mode: config.POD_MODE === 'managed' ? 'managed' : 'all',
    selector: config.POD_SELECTOR,
    namespaces: config.NAMESPACES,
    namespacesExcluded: config.NAMESPACES_EXCLUDE,
    agentId: config.AGENT_ID,
    agentKeys: config.POD_AGENT_KEYS,
    excludeKey: config.POD_EXCLUDE_KEY,
    deploymentObjectKey: config.DEPLOYMENT_OBJECT_KEY,
    workOrderKey: config.WORK_ORDER_KEY,
    labelsKept: config.POD_LABELS,
  }
}
