import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import type { KubeAccess } from './kube-access.ts'

/** Where Kubernetes puts the account of a pod into each of its containers. */
export const accountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * Access for a process that runs in a pod, as that pod's account. Its own twenty lines, since the package that reads
 * kubeconfig files takes 60 MiB.
 */
export function clusterAccess(host: string, port: string, directory = accountDirectory): KubeAccess {
  return {
    server: new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`),
    proxyUrl: null,
    async read() {
      const [token, ca] = await Promise.all([
        readFile(join(directory, 'token'), 'utf8'),
        readFile(join(directory, 'ca.crt'), 'utf8'),
      ])
      return { headers: { Authorization: `Bearer ${token.trim()}` }, tls: { ca } }
    },
  }
}
