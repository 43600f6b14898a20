export interface KubernetesChoice {
  KUBERNETES: 'auto' | 'api' | 'files' | 'off'
  KUBERNETES_SERVICE_HOST?: string | undefined
}

/** How logs of pods are read. Kubernetes names its API server to each process that it starts; nobody else does. */
export function kubernetesMode(config: KubernetesChoice): 'api' | 'files' | 'off' {
  if (config.KUBERNETES !== 'auto') return config.KUBERNETES
  return config.KUBERNETES_SERVICE_HOST ? 'api' : 'off'
}
