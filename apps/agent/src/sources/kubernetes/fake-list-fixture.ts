import type { ServerResponse } from 'node:http'
import { nodeOf, sendJson, sendStatus } from './fake-answers-fixture.ts'
import type { FakeApiServer, FakeRequest } from './fake-api-server-fixture.ts'
import type { FakePod } from './pod-objects-fixture.ts'

interface Snapshot {
  version: number
  pods: FakePod[]
}

/** By their version: all pages of a list are of one. */
const snapshots = new WeakMap<FakeApiServer, Map<number, Snapshot>>()

/** One page of a list, of the state at its first page; 410 when that was compacted away meanwhile. */
export function answerList(api: FakeApiServer, request: FakeRequest, res: ServerResponse): void {
  const known = snapshots.get(api) ?? new Map<number, Snapshot>()
  snapshots.set(api, known)
  const token = request.query.get('continue')
  const [version, from] = token ? token.split('.').map(Number) : [api.version(), 0]
  if (version === undefined || from === undefined) return sendStatus(res, 400, 'BadRequest')
  if (token && version < api.compactedTo()) return sendStatus(res, 410, 'Expired')
  const snapshot = known.get(version) ?? { version, pods: api.pods() }
  known.set(version, snapshot)

  const wanted = snapshot.pods.filter((pod) => isWanted(pod, request))
  const limit = Number(request.query.get('limit') ?? 0) || wanted.length
  const items = wanted.slice(from, from + limit)
  const remaining = wanted.length - from - items.length
  const rest = remaining > 0 ? { continue: `${version}.${from + limit}`, remainingItemCount: remaining } : {}
  // Within a list, items carry no kind of their own.
  const bare = items.map(({ metadata, spec, status }) => ({ metadata, spec, status }))
  const metadata = { resourceVersion: String(version), ...rest }
  sendJson(res, { kind: 'PodList', apiVersion: 'v1', metadata, items: bare })
}

function isWanted({ metadata, spec }: FakePod, { namespace, query }: FakeRequest): boolean {
  const node = nodeOf(query)
  return (namespace === null || metadata.namespace === namespace) && (node === null || spec.nodeName === node)
}
