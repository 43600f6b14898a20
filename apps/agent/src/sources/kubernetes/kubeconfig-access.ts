import type { RequestOptions } from 'node:https'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { KubeConfig } from '@kubernetes/client-node'
import type { KubeAccess, KubeCredentials } from './kube-access.ts'

/**
 * Access as kubeconfig files give it: `paths` as in `KUBECONFIG`, `~/.kube/config` when empty; `context` is theirs
 * when not given. Tokens, certificates, exec plugins and OIDC are the business of the Kubernetes client, which is loaded
 * only here.
 * @throws {Error} naming the file or context at fault
 */
export async function kubeconfigAccess(paths: string, context?: string): Promise<KubeAccess> {
  let config = await loadConfig(paths, context)
  const cluster = config.getCurrentCluster()
  if (!cluster) throw new Error(`context ${config.getCurrentContext()} names no cluster`)
  const proxyUrl = cluster.proxyUrl ?? null
  if (proxyUrl !== null && !/^https?:/.test(proxyUrl)) {
    throw new Error(`cluster ${cluster.name}: only proxies of http:// and https:// can be used`)
  }
  return {
    server: new URL(cluster.server),
    proxyUrl,
    async read(isFresh) {
      // What was refused may be remembered within, in a way that only a new one forgets.
      if (isFresh) config = await loadConfig(paths, context)
      const options: RequestOptions = {}
      await config.applyToHTTPSOptions(options)
      return credentialsOf(options)
    },
  }
}

async function loadConfig(paths: string, context: string | undefined): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const files = paths.split(delimiter).filter((path) => path !== '')
  const config = new KubeConfig()
  const [first = join(homedir(), '.kube', 'config'), ...others] = files
  config.loadFromFile(first)
  for (const path of others) {
    const other = new KubeConfig()
    other.loadFromFile(path)
    config.mergeConfig(other, true)
  }
  if (context !== undefined) config.setCurrentContext(context)
  if (!config.getContextObject(config.getCurrentContext())) {
    throw new Error(`${files.join(delimiter) || first} has no context ${config.getCurrentContext()}`)
  }
  return config
}

function credentialsOf(options: RequestOptions): KubeCredentials {
  const { ca, cert, key, servername, rejectUnauthorized, auth } = options
  const headers = Object.entries(options.headers ?? {}).map(([name, value]) => [name, String(value)])
  if (auth) headers.push(['Authorization', `Basic ${Buffer.from(auth).toString('base64')}`])
  const pems = Object.entries({ ca, cert, key }).flatMap(([name, pem]) => (pem ? [[name, pemOf(pem)]] : []))
  return {
    headers: Object.fromEntries(headers),
    tls: {
      ...Object.fromEntries(pems),
      ...(servername !== undefined && { servername }),
      ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    },
  }
}

/** Of a kubeconfig each is one text; the types allow more. */
function pemOf(pem: unknown): string {
  return Buffer.isBuffer(pem) ? pem.toString() : String(pem)
}
