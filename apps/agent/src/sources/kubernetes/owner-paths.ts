import { createRecentMap } from '@logboom/service/recent-map'
import { z } from 'zod'
import type { KubeHttp } from './kube-http.ts'
import type { OwnerReference } from './pod-object.ts'
import { readJson } from './read-json.ts'

/** The kinds that nearly all pods belong to; others are asked for. */
const knownPlurals: Readonly<Record<string, string>> = {
  'apps/v1/ReplicaSet': 'replicasets',
  'apps/v1/Deployment': 'deployments',
  'apps/v1/StatefulSet': 'statefulsets',
  'apps/v1/DaemonSet': 'daemonsets',
  'batch/v1/Job': 'jobs',
  'batch/v1/CronJob': 'cronjobs',
  'v1/ReplicationController': 'replicationcontrollers',
}

const Resources = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
})

interface Resource {
  plural: string
  isNamespaced: boolean
}

export interface OwnerPaths {
  /** Where the owner of an object in `namespace` is found; null for what the server does not know. Rejects when it does not say. */
  pathOf(owner: OwnerReference, namespace: string, signal: AbortSignal): Promise<string | null>
}

/** Kinds come and go with their operators. */
const rememberedMs = 600_000
const kindsMax = 200

export function createOwnerPaths(http: KubeHttp, now: () => number): OwnerPaths {
  const asked = createRecentMap<{ resource: Resource | null; atMs: number }>(kindsMax)

  async function resourceOf(
    { apiVersion, kind }: OwnerReference,
    signal: AbortSignal,
  ): Promise<Resource | null> {
    const key = `${apiVersion}/${kind}`
    const plural = knownPlurals[key]
    if (plural !== undefined) return { plural, isNamespaced: true }
    const known = asked.get(key)
    if (known && now() - known.atMs < rememberedMs) return known.resource
    const resource = await askResource(http, apiVersion, kind, signal)
    asked.set(key, { resource, atMs: now() })
    return resource
  }

  return {
    async pathOf(owner, namespace, signal) {
      const resource = await resourceOf(owner, signal)
      if (!resource) return null
      const inNamespace = resource.isNamespaced ? `/namespaces/${encodeURIComponent(namespace)}` : ''
      const name = encodeURIComponent(owner.name)
      return `${rootOf(owner.apiVersion)}${inNamespace}/${resource.plural}/${name}`
    },
  }
}

async function askResource(
  http: KubeHttp,
  apiVersion: string,
  kind: string,
  signal: AbortSignal,
): Promise<Resource | null> {
  const { status, value } = await readJson(http, { path: rootOf(apiVersion) }, signal)
  if (status >= 500 || status === 429) throw new Error(`the API server answered ${status}`)
  const { data } = Resources.safeParse(value)
  // `deployments/scale` is of another kind's list, but has a kind too.
  const found = data?.resources.find((each) => each.kind === kind && !each.name.includes('/'))
  return found ? { plural: found.name, isNamespaced: found.namespaced } : null
}

function rootOf(apiVersion: string): string {
  const parts = apiVersion.split('/').map(encodeURIComponent).join('/')
  return apiVersion.includes('/') ? `/apis/${parts}` : `/api/${parts}`
}
