import { z } from 'zod'
import { KubeStatusError } from './kube-status-error.ts'
import type { KubeHttp } from './kube-http.ts'
import { readPod } from './pod-object.ts'
import type { PodObject } from './pod-object.ts'
import { readJson } from './read-json.ts'

/** What is listed and watched. */
export interface PodScope {
  /** Null for all. */
  namespace: string | null
  /** Null for all. */
  node: string | null
}

/**
 * Pods of a page. A real one is 5 to 20 KB of JSON, and a page is in memory as text and as objects: with 500, reading
 * 5 000 pods of 14 KB takes 50 MiB more than an agent has otherwise, with 50 it takes 20, and no longer.
 */
const pageMax = 50

const Page = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().nullish() }),
  items: z.array(z.unknown()).nullish(),
})

/**
 * Reads all pods of `scope`, page by page, and tells each; null for one that cannot be read. Returns the version from which to watch on.
 * @throws {KubeStatusError} for every answer but 200
 */
export async function listPods(
  http: KubeHttp,
  scope: PodScope,
  tell: (pod: PodObject | null) => void,
  signal: AbortSignal,
): Promise<string> {
  let next: string | undefined
  for (;;) {
    const query = { ...fieldsOf(scope), limit: pageMax, ...(next !== undefined && { continue: next }) }
    const answer = await readJson(http, { path: podsPath(scope), query }, signal)
    if (answer.status !== 200) throw new KubeStatusError(answer)
    const page = Page.parse(answer.value)
    for (const item of page.items ?? []) tell(readPod(item))
    if (!page.metadata.continue) return page.metadata.resourceVersion
    next = page.metadata.continue
  }
}

export function podsPath({ namespace }: PodScope): string {
  return namespace === null ? '/api/v1/pods' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`
}

export function fieldsOf({ node }: PodScope): Record<string, string> {
  return node === null ? {} : { fieldSelector: `spec.nodeName=${node}` }
}
