import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Certificate } from '@logboom/testing'
import { answerList } from './fake-list-fixture.ts'
import { nodeOf, sendJson, sendStatus, statusObject } from './fake-answers-fixture.ts'
import { openWatch } from './fake-watch-fixture.ts'
import type { FakeWatch } from './fake-watch-fixture.ts'
import { createObjectStore } from './object-store-fixture.ts'
import type { ObjectStore } from './object-store-fixture.ts'

export type RequestKind = 'list' | 'watch' | 'log' | 'owner' | 'other'

export interface FakeRequest {
  kind: RequestKind
  path: string
  query: URLSearchParams
  /** Null where it is about all. */
  namespace: string | null
  /** Of a pod, for its log. */
  name: string | null
  accept: string
  authorization: string
  /** Numbers the connections from 1. */
  connection: number
  atMs: number
}

/** Instead of the answer; `'hang'` never answers. */
export type Fault = 'reset' | 'hang' | { status: number; headers?: Record<string, string>; body?: string }

export interface FakeApiServer extends ObjectStore {
  url: string
  /** All, in their order. */
  requests: FakeRequest[]
  count(kind: RequestKind): number
  /** Watches that are open. */
  watches: Set<FakeWatch>
  /** Asked about each request; may be replaced while the server runs. */
  fault: (request: FakeRequest) => Fault | null
  /** Answers `…/pods/{name}/log`. */
  logs: (request: FakeRequest, res: ServerResponse) => void
  /** Other documents by their path, such as `/apis/apps/v1`. */
  documents: Map<string, object>
  /** An `Authorization` that is asked for; null = anybody may. */
  authorization: string | null
  /** Connections that were opened, and that are open. */
  connections: { opened: number; open: number }
  close(): Promise<void>
}

/**
 * An API server that keeps pods as the real one does, as far as an agent can see it, and fails as it is told. Over TLS
 * when given a certificate.
 */
export async function openFakeApiServer(certificate?: Certificate): Promise<FakeApiServer> {
  const answer = (req: IncomingMessage, res: ServerResponse) => answerRequest(api, req, res)
  const server = certificate ? createTlsServer(certificate, answer) : createServer(answer)
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const connections = { opened: 0, open: 0 }
  server.on(certificate ? 'secureConnection' : 'connection', (socket) => {
    connections.opened += 1
    connections.open += 1
    numbers.set(socket, connections.opened)
    socket.on('close', () => (connections.open -= 1))
    // Its client may be gone; that is what is tested.
    socket.on('error', () => undefined)
  })
  const api: FakeApiServer = Object.assign(createObjectStore(), {
    url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests: [],
    count: (kind: RequestKind) => api.requests.filter((request) => request.kind === kind).length,
    watches: new Set<FakeWatch>(),
    fault: () => null,
    logs: (_request: FakeRequest, res: ServerResponse) => sendStatus(res, 404, 'NotFound'),
    documents: new Map<string, object>([['/version', { major: '1', minor: '34', gitVersion: 'v1.34.1' }]]),
    authorization: null,
    connections,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  return api
}

const numbers = new WeakMap<object, number>()

function answerRequest(api: FakeApiServer, req: IncomingMessage, res: ServerResponse): void {
  const request = requestOf(req)
  api.requests.push(request)
  const fault = api.fault(request)
  if (fault === 'hang') return
  if (fault === 'reset') return void req.socket.destroy()
  if (fault) {
    const body = fault.body ?? JSON.stringify(statusObject(fault.status, 'Fault'))
    return void res
      .writeHead(fault.status, { 'Content-Type': 'application/json', ...fault.headers })
      .end(body)
  }
  if (api.authorization !== null && request.authorization !== api.authorization) {
    return sendStatus(res, 401, 'Unauthorized')
  }
  if (request.kind === 'watch') return answerWatch(api, request, res)
  if (request.kind === 'list') return answerList(api, request, res)
  if (request.kind === 'log') return api.logs(request, res)
  return answerObject(api, request, res)
}

/** The types of answers that this server can give for an object. */
const metadataOnly = 'as=PartialObjectMetadata'

function answerObject(api: FakeApiServer, { path, accept }: FakeRequest, res: ServerResponse): void {
  const document = api.documents.get(path)
  if (document) return sendJson(res, document)
  const object = api.objects.get(path) ?? api.pods().find((pod) => pathOf(pod.metadata) === path)
  if (!object) return sendStatus(res, 404, 'NotFound')
  const { metadata } = object
  if (!accept.includes(metadataOnly)) return sendJson(res, object)
  sendJson(res, { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata })
}

function pathOf({ namespace, name }: { namespace: string; name: string }): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`
}

function answerWatch(api: FakeApiServer, { query, namespace }: FakeRequest, res: ServerResponse): void {
  const watch = openWatch(
    api,
    {
      namespace,
      node: nodeOf(query),
      since: Number(query.get('resourceVersion')),
      bookmarks: query.get('allowWatchBookmarks') === 'true',
      timeoutMs: Number(query.get('timeoutSeconds') ?? 1800) * 1000,
    },
    res,
  )
  if (!watch) return sendStatus(res, 410, 'Expired')
  api.watches.add(watch)
  res.on('close', () => api.watches.delete(watch))
}

function requestOf(req: IncomingMessage): FakeRequest {
  const url = new URL(req.url ?? '/', 'http://api')
  const parts = url.pathname.split('/').map(decodeURIComponent)
  const place = parts.indexOf('namespaces')
  const [namespace = null, plural, name = null, subresource] = place < 0 ? [] : parts.slice(place + 1)
  return {
    kind: kindOf(url, plural, name, subresource),
    path: url.pathname,
    query: url.searchParams,
    namespace,
    name,
    accept: req.headers.accept ?? '',
    authorization: req.headers.authorization ?? '',
    connection: numbers.get(req.socket) ?? 0,
    atMs: performance.now(),
  }
}

function kindOf(url: URL, plural?: string, name?: string | null, subresource?: string): RequestKind {
  const isAll = url.pathname === '/api/v1/pods' || (plural === 'pods' && name === null)
  if (isAll) return url.searchParams.get('watch') ? 'watch' : 'list'
  if (subresource === 'log') return 'log'
  return plural !== undefined ? 'owner' : 'other'
}
