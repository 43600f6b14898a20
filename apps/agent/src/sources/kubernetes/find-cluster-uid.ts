import type { Logger } from '@logboom/service'
import { pause } from '../../wake-up.ts'
import type { KubeHttp } from './kube-http.ts'
import { readMeta } from './pod-object.ts'
import { readJson } from './read-json.ts'

const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json'
const backoffMsMax = 30_000

/**
 * What tells this cluster from all others: the uid of its namespace `kube-system`. It is part of the identity of every
 * line, so it is waited for: without the API server there is no line to identify. Where it may not be read, it is empty
 * for good: the uids of pods, which are unique among all clusters, then stand alone. Null once `signal` is aborted.
 */
export async function findClusterUid(
  http: KubeHttp,
  log: Logger,
  signal: AbortSignal,
  baseMs = 1_000,
): Promise<string | null> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      const path = '/api/v1/namespaces/kube-system'
      const { status, value } = await readJson(http, { path, accept: metadataOnly }, signal)
      const meta = status === 200 ? readMeta(value) : null
      if (meta) return meta.uid
      if (status === 403) {
        log.warn('the namespace kube-system may not be read, so lines are identified without their cluster')
        return ''
      }
      throw new Error(`the API server answered ${status}`)
    } catch (err) {
      if (signal.aborted) return null
      const message = 'the API server cannot be reached, waiting for it'
      log[failures === 2 ? 'warn' : 'debug'](message, { err })
      await pause(Math.random() * Math.min(backoffMsMax, baseMs * 2 ** Math.min(failures, 20)), signal)
    }
  }
  return null
}
