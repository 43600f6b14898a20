import { z } from 'zod'
import { parseLabelSelector } from '../sources/kubernetes/label-selector.ts'
import type { LabelSelector } from '../sources/kubernetes/label-selector.ts'
import { logging, nameList } from './setting.ts'

/** Which pods are read, and how the API server is reached. */
export const kubernetesSettings = {
  KUBERNETES: z
    .enum(['auto', 'api', 'files', 'off'])
    .default('auto')
    .describe(
      'How logs of pods are read: `api` = through the API server, `files` = from `/var/log/pods` of the node; `auto` = `api` inside a cluster, `off` outside',
    ),
  KUBERNETES_SERVICE_HOST: z.string().optional().describe('The API server; Kubernetes sets it in each pod'),
  KUBERNETES_SERVICE_PORT: z.string().default('443').describe('Its port; Kubernetes sets it in each pod'),
  KUBECONFIG: z
    .string()
    .optional()
    .describe(
      'Kubeconfig files, separated by `:`; inside a cluster the pod’s own account is used when not given, outside `~/.kube/config`',
    ),
  KUBE_CONTEXT: z.string().optional().describe('A context of the kubeconfig other than its current one'),
  NAMESPACES: nameList('').describe(
    'Only pods of these namespaces, each with a watch of its own, for which a Role in each is enough; empty = all, which takes a ClusterRole',
  ),
  NAMESPACES_EXCLUDE: nameList('').describe('No pods of these namespaces'),
  NODE_NAME: z
    .string()
    .min(1)
    .optional()
    .describe('Only pods of this node, as agents of a DaemonSet are given it by `spec.nodeName`'),
  POD_MODE: z
    .enum(['managed', 'selector', 'all'])
    .default('managed')
    .describe(
      'Which pods are read: `managed` = those that name this agent by POD_AGENT_KEYS, or whose owners do; `selector` = those of POD_SELECTOR, whoever manages them; `all`',
    ),
  POD_SELECTOR: z
    .string()
    .default('{}')
    .transform(readSelector)
    .meta(logging('pod_selector'))
    .describe(
      'Of these pods, only those with such labels: a table of labels, or a selector such as `app=web,tier in (front,back),!canary`; empty = all of them',
    ),
  POD_AGENT_KEYS: nameList('brokkr.io/agent-id,brokkr.io/owner-id').describe(
    'Labels or annotations, of a pod or of an owner of it such as its Deployment, that hold the id of the agent that reads it',
  ),
  POD_EXCLUDE_KEY: z
    .string()
    .min(1)
    .default('logs.brokkr.io/exclude')
    .describe('Annotation of pods that are left alone: `true`, or the names of containers'),
  DEPLOYMENT_OBJECT_KEY: z
    .string()
    .min(1)
    .default('brokkr.io/deployment-object-id')
    .describe('Label or annotation, of a pod or of an owner, that holds its deployment object'),
  WORK_ORDER_KEY: z
    .string()
    .min(1)
    .default('brokkr.io/work-order-id')
    .describe('The same for its work order'),
  POD_LABELS: nameList('app,app.kubernetes.io/*,k8s-app,job-name').describe(
    'Labels of pods that become labels of their streams, at most 32; `*` at the end of a name = all that begin so',
  ),
}

function readSelector(text: string, context: z.core.$RefinementCtx<string>): LabelSelector {
  try {
    return parseLabelSelector(text)
  } catch (err) {
    context.addIssue({ code: 'custom', message: err instanceof Error ? err.message : 'is no selector' })
    return z.NEVER
  }
}
