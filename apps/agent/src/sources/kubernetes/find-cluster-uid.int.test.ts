import { PassThrough } from 'node:stream'
import { createLogger } from '@logboom/service'
import { afterEach, expect, test } from 'vitest'
import { openFakeApiServer } from './fake-api-server-fixture.ts'
import type { FakeApiServer } from './fake-api-server-fixture.ts'
import { findClusterUid } from './find-cluster-uid.ts'
import { openKubeHttp } from './open-kube-http.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function open() {
  const api = await openFakeApiServer()
  closers.push(() => api.close())
  const read = async () => ({ headers: {}, tls: {} })
  const http = openKubeHttp({ server: new URL(api.url), proxyUrl: null, read }, { socketsMax: 2 })
  closers.push(() => http.close())
  const log = createLogger('agent', { level: 'debug', destination: new PassThrough().resume() })
  const find = (signal: AbortSignal = new AbortController().signal) => findClusterUid(http, log, signal, 1)
  return { api, find }
}

const uidOf = (api: FakeApiServer) => api.objects.get('/api/v1/namespaces/kube-system')?.metadata.uid

test('a cluster is known by its kube-system', async () => {
  const { api, find } = await open()
  expect(await find()).toBe(uidOf(api))
})

test('an API server that is not there yet is waited for, since lines would have other ids without it', async () => {
  const { api, find } = await open()
  let refusals = 0
  api.fault = () => (refusals++ < 4 ? ((['reset', { status: 500 }] as const)[refusals % 2] ?? null) : null)
  expect(await find()).toBe(uidOf(api))
  expect(refusals).toBe(5)
})

test('where it may not be read, lines are identified without it', async () => {
  const { api, find } = await open()
  api.fault = () => ({ status: 403 })
  expect(await find()).toBe('')
})

test('waiting ends with the agent', async () => {
  const { api, find } = await open()
  const stopping = new AbortController()
  api.fault = () => {
    stopping.abort()
    return 'hang'
  }
  expect(await find(stopping.signal)).toBe(null)
})
