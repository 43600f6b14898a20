import type { StoredEntry } from '@logboom/contracts'

const aroundMs = 30_000

/** The search of a line's container around its time, with the line itself named: it is found again in its context. */
export function lineLink({ id, timestamp, namespace, pod_name, container_name }: StoredEntry): string {
  const at = Date.parse(timestamp)
  const params = new URLSearchParams({
    namespace,
    pod_name_exact: pod_name,
    ...(container_name === null ? {} : { container_name }),
    since: new Date(at - aroundMs).toISOString(),
    until: new Date(at + aroundMs).toISOString(),
    line: `${timestamp}@${id}`,
  })
  return `/search?${params}`
}

/** The line that a link names. */
export function linkedLine(search: string): { id: string; timestamp: string } | undefined {
  const [timestamp, id] = new URLSearchParams(search).get('line')?.split('@') ?? []
  return timestamp && id ? { id, timestamp } : undefined
}
