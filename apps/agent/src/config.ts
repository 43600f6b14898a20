import { baseConfig } from '@logboom/service/config'
import { z } from 'zod'
import { brokerSettings } from './settings/broker-settings.ts'
import { dockerSettings } from './settings/docker-settings.ts'
import { fileSettings } from './settings/file-settings.ts'
import { kubernetesLogSettings } from './settings/kubernetes-log-settings.ts'
import { kubernetesSettings } from './settings/kubernetes-settings.ts'
import { loggingSettings } from './settings/logging-settings.ts'
import { podFileSettings } from './settings/pod-file-settings.ts'
import { spoolSettings } from './settings/spool-settings.ts'
import { isLoopback } from './shipper/is-loopback.ts'
import { kubernetesMode } from './sources/kubernetes/kubernetes-mode.ts'
import type { LabelSelector } from './sources/kubernetes/label-selector.ts'

/** Everything the agent can be told. */
export const AgentConfig = z
  .object({
    ...baseConfig,
    ...brokerSettings,
    ...dockerSettings,
    ...fileSettings,
    ...kubernetesSettings,
    ...kubernetesLogSettings,
    ...loggingSettings,
    ...podFileSettings,
    ...spoolSettings,
  })
  .superRefine(
    (config, context) => {
      for (const [name, message] of faultsOf(config))
        context.addIssue({ code: 'custom', path: [name], message })
    },
    { when: () => true }, // also where single settings are at fault: all is told at once
  )

export type AgentConfig = z.output<typeof AgentConfig>

interface Refined {
  AGENT_PAK?: string | undefined
  AGENT_PAK_FILE?: string | undefined
  BROKER_URL: string
  INSECURE: boolean
  CLIENT_CERT_FILE?: string | undefined
  CLIENT_KEY_FILE?: string | undefined
  KUBERNETES: AgentConfig['KUBERNETES']
  KUBERNETES_METADATA: boolean
  KUBERNETES_SERVICE_HOST?: string | undefined
  NODE_NAME?: string | undefined
  POD_MODE: string
  POD_SELECTOR: LabelSelector
}

/** Combinations that would lose or reveal something refuse to start. */
function faultsOf(config: Refined): [string, string][] {
  const faults: [string, string][] = []
  if ((config.AGENT_PAK === undefined) === (config.AGENT_PAK_FILE === undefined)) {
    faults.push(['AGENT_PAK', 'give either AGENT_PAK or AGENT_PAK_FILE'])
  }
  const url = URL.parse(config.BROKER_URL)
  if (url?.protocol === 'http:' && !isLoopback(url.hostname) && !config.INSECURE) {
    faults.push(['BROKER_URL', 'http:// would send the key in the clear; use https:// or set INSECURE=true'])
  }
  if ((config.CLIENT_CERT_FILE === undefined) !== (config.CLIENT_KEY_FILE === undefined)) {
    faults.push(['CLIENT_CERT_FILE', 'CLIENT_CERT_FILE and CLIENT_KEY_FILE go together'])
  }
  if (config.KUBERNETES === 'files' && config.KUBERNETES_METADATA && config.NODE_NAME === undefined) {
    faults.push(['NODE_NAME', 'files are those of one node: name it, or set KUBERNETES_METADATA=false'])
  }
  return [...faults, ...podFaultsOf(config)]
}

function podFaultsOf(config: Refined): [string, string][] {
  // Also asked when single settings are at fault: then the selector was not read.
  const isEmpty = !(config.POD_SELECTOR?.length > 0)
  if (config.POD_MODE === 'selector' && isEmpty) {
    return [['POD_SELECTOR', 'POD_MODE=selector asks for a selector; POD_MODE=all reads every pod']]
  }
  if (isEmpty || kubernetesMode(config) !== 'off') return []
  return [['POD_SELECTOR', 'no pods are read here, so it would select nothing: set KUBERNETES=api']]
}
