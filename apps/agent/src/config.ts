import { baseConfig } from '@logboom/service/config'
import { z } from 'zod'
import { brokerSettings } from './settings/broker-settings.ts'
import { dockerSettings } from './settings/docker-settings.ts'
import { fileSettings } from './settings/file-settings.ts'
import { kubernetesLogSettings } from './settings/kubernetes-log-settings.ts'
import { kubernetesSettings } from './settings/kubernetes-settings.ts'
import { loggingSettings } from './settings/logging-settings.ts'
import { podFileSettings } from './settings/pod-file-settings.ts'
import { pipelineSettings } from './settings/pipeline-settings.ts'
import { spoolSettings } from './settings/spool-settings.ts'
import { isLoopback } from './shipper/is-loopback.ts'
import { kubernetesMode } from './sources/kubernetes/kubernetes-mode.ts'
import type { LabelSelector } from './sources/kubernetes/label-selector.ts'

const settings = {
  ...baseConfig,
  ...brokerSettings,
  ...dockerSettings,
  ...fileSettings,
  ...kubernetesSettings,
  ...kubernetesLogSettings,
  ...loggingSettings,
  ...pipelineSettings,
  ...podFileSettings,
  ...spoolSettings,
}

/** Everything the agent can be told. */
export const AgentConfig = z.object(settings).superRefine(
  (config, context) => {
    for (const [name, message] of [...brokerFaults(config), ...podFaults(config)])
      context.addIssue({ code: 'custom', path: [name], message })
  },
  { when: () => true }, // also where single settings are at fault: all is told at once
)

/** The same for an agent that prints what it would send: it knows no broker, and is told of none. */
export const DryRunConfig = z
  .object({
    ...settings,
    AGENT_ID: settings.AGENT_ID.default('00000000-0000-4000-8000-000000000000'),
    BROKER_URL: settings.BROKER_URL.default('https://dry-run.invalid'),
  })
  .superRefine(
    (config, context) => {
      for (const [name, message] of podFaults(config))
        context.addIssue({ code: 'custom', path: [name], message })
    },
    { when: () => true },
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
function brokerFaults(config: Refined): [string, string][] {
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
  return faults
}

function podFaults(config: Refined): [string, string][] {
  if (config.KUBERNETES === 'files' && config.KUBERNETES_METADATA && config.NODE_NAME === undefined) {
    return [['NODE_NAME', 'files are those of one node: name it, or set KUBERNETES_METADATA=false']]
  }
  // Also asked when single settings are at fault: then the selector was not read.
  const isEmpty = !(config.POD_SELECTOR?.length > 0)
  if (config.POD_MODE === 'selector' && isEmpty) {
    return [['POD_SELECTOR', 'POD_MODE=selector asks for a selector; POD_MODE=all reads every pod']]
  }
  if (isEmpty || kubernetesMode(config) !== 'off') return []
  return [['POD_SELECTOR', 'no pods are read here, so it would select nothing: set KUBERNETES=api']]
}
