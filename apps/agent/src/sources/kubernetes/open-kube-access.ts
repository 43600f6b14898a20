import type { AgentConfig } from '../../config.ts'
import { clusterAccess } from './cluster-access.ts'
import type { KubeAccess } from './kube-access.ts'

/**
 * Access to the API server as it is configured: by kubeconfig where one is named, else by the account of the pod that
 * this is, else by the user's own kubeconfig.
 * @throws {Error} when the kubeconfig cannot be read or names no cluster
 */
export async function openKubeAccess(config: AgentConfig): Promise<KubeAccess> {
  const { KUBECONFIG, KUBE_CONTEXT, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = config
  if (KUBECONFIG === undefined && host !== undefined) return clusterAccess(host, port)
  // Only now: it loads the Kubernetes client.
  const { kubeconfigAccess } = await import('./kubeconfig-access.ts')
  return kubeconfigAccess(KUBECONFIG ?? '', KUBE_CONTEXT)
}
