import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueCertificate, until } from '@logboom/testing'
import { afterEach, expect, test } from 'vitest'
import { clusterAccess } from './cluster-access.ts'
import { openFakeApiServer } from './fake-api-server-fixture.ts'
import type { FakeApiServer } from './fake-api-server-fixture.ts'
import type { KubeAccess } from './kube-access.ts'
import { kubeconfigAccess } from './kubeconfig-access.ts'
import { openKubeHttp } from './open-kube-http.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const never = new AbortController().signal
const authority = issueCertificate('test CA')
const certificate = issueCertificate('api', authority)

async function apiOverTls(): Promise<FakeApiServer> {
  const api = await openFakeApiServer(certificate)
  closers.push(() => api.close())
  return api
}

function httpTo(access: KubeAccess, socketsMax = 4) {
  const http = openKubeHttp(access, { socketsMax })
  closers.push(() => http.close())
  return http
}

function accountOf(token: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'logboom-account-'))
  writeFileSync(join(directory, 'token'), `${token}\n`)
  writeFileSync(join(directory, 'ca.crt'), authority.cert)
  return directory
}

function inCluster(api: FakeApiServer, directory: string): KubeAccess {
  const { hostname, port } = new URL(api.url)
  return clusterAccess(hostname, port, directory)
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const anyPath = '/api/v1/namespaces/kube-system'

test('a pod’s account is enough, and one connection serves all requests', async () => {
  const api = await apiOverTls()
  api.authorization = 'Bearer first'
  const http = httpTo(inCluster(api, accountOf('first')))
  for (let i = 0; i < 20; i++) {
    const { status, body } = await http.get({ path: anyPath }, never)
    expect([status, JSON.parse(await textOf(body))]).toMatchObject([200, { kind: 'Namespace' }])
  }
  expect(api.connections.opened).toBe(1)
})

test('a token that was renewed is read when the old one is refused', async () => {
  const api = await apiOverTls()
  api.authorization = 'Bearer first'
  const directory = accountOf('first')
  const http = httpTo(inCluster(api, directory))
  await textOf((await http.get({ path: anyPath }, never)).body)
  api.authorization = 'Bearer second'
  writeFileSync(join(directory, 'token'), 'second')
  const { status, body } = await http.get({ path: anyPath }, never)
  expect(status).toBe(200)
  await textOf(body)
})

test('a new authority is believed once the old credentials are refused, and what is open goes on', async () => {
  const api = await apiOverTls()
  api.authorization = 'Bearer first'
  const directory = accountOf('first')
  const http = httpTo(inCluster(api, directory))
  const query = { watch: true, resourceVersion: 1000 }
  const watch = await http.get({ path: '/api/v1/pods', query }, never)
  const first = watch.body[Symbol.asyncIterator]().next()
  api.authorization = 'Bearer second'
  writeFileSync(join(directory, 'token'), 'second')
  writeFileSync(join(directory, 'ca.crt'), `${issueCertificate('new CA').cert}${authority.cert}`)
  const { status, body } = await http.get({ path: anyPath }, never)
  await textOf(body)
  expect(status).toBe(200)
  api.createPod({ name: 'still-watched' })
  expect(Buffer.from((await first).value).toString()).toContain('still-watched')
  expect(api.requests.at(-1)?.connection).not.toBe(api.requests[0]?.connection)
})

test('what is refused for good is an answer, and does not ask again and again', async () => {
  const api = await apiOverTls()
  api.authorization = 'Bearer other'
  const http = httpTo(inCluster(api, accountOf('first')))
  for (let i = 0; i < 3; i++) {
    const { status, body } = await http.get({ path: anyPath }, never)
    expect([status, JSON.parse(await textOf(body))]).toMatchObject([401, { reason: 'Unauthorized' }])
  }
  expect(api.requests).toHaveLength(3)
})

test('a server of another authority is not spoken to', async () => {
  const api = await apiOverTls()
  const directory = accountOf('first')
  writeFileSync(join(directory, 'ca.crt'), issueCertificate('other CA').cert)
  await expect(httpTo(inCluster(api, directory)).get({ path: anyPath }, never)).rejects.toThrow(/certificate/)
  expect(api.requests).toEqual([])
})

test('a server that does not answer is given up after its time; a quiet log is not', async () => {
  const api = await apiOverTls()
  api.fault = () => 'hang'
  const http = httpTo(inCluster(api, accountOf('first')))
  await expect(http.get({ path: anyPath, answerMs: 50 }, never)).rejects.toThrow(
    'did not answer within 50 ms',
  )
  const leaving = new AbortController()
  const quiet = http.get({ path: `${anyPath}/pods/p/log`, answerMs: 0 }, leaving.signal)
  await until(() => api.count('log') === 1, { what: 'the log request' })
  leaving.abort()
  await expect(quiet).rejects.toThrow(/abort/)
})

test('aborting ends a body that is being read, and its connection', async () => {
  const api = await apiOverTls()
  const http = httpTo(inCluster(api, accountOf('first')))
  const leaving = new AbortController()
  const query = { watch: true, resourceVersion: 1000 }
  const { body } = await http.get({ path: '/api/v1/pods', query }, leaving.signal)
  const reading = textOf(body)
  leaving.abort()
  await expect(reading).rejects.toThrow(/abort/)
  await until(() => api.watches.size === 0, { what: 'the watch to end' })
})

test('a connection that breaks rejects the reader, and ends nothing else', async () => {
  const api = await apiOverTls()
  const http = httpTo(inCluster(api, accountOf('first')))
  const query = { watch: true, resourceVersion: 1000 }
  const answers = await Promise.all([1, 2].map(() => http.get({ path: '/api/v1/pods', query }, never)))
  for (const watch of api.watches) watch.reset()
  // Of two, nobody reads one: its error must not end the process.
  await expect(textOf(answers[0]?.body ?? fail())).rejects.toThrow(/aborted|ECONNRESET/)
  expect((await http.get({ path: anyPath }, never)).status).toBe(200)
})

function fail(): never {
  throw new Error('no answer')
}

test('connections are bounded: what is beyond waits', async () => {
  const api = await apiOverTls()
  const http = httpTo(inCluster(api, accountOf('first')), 2)
  const all = Array.from({ length: 8 }, async () => textOf((await http.get({ path: anyPath }, never)).body))
  await Promise.all(all)
  expect(api.connections.opened).toBe(2)
})

function kubeconfigOf(api: FakeApiServer, user: object, cluster: object = {}): string {
  const file = join(mkdtempSync(join(tmpdir(), 'logboom-kubeconfig-')), 'config')
  const ca = Buffer.from(authority.cert).toString('base64')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'none',
    clusters: [{ name: 'c', cluster: { server: api.url, 'certificate-authority-data': ca, ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'there', context: { cluster: 'c', user: 'u' } }],
  }
  writeFileSync(file, JSON.stringify(config))
  return file
}

test('a kubeconfig with a token serves', async () => {
  const api = await apiOverTls()
  api.authorization = 'Bearer of-file'
  const http = httpTo(await kubeconfigAccess(kubeconfigOf(api, { token: 'of-file' }), 'there'))
  expect((await http.get({ path: anyPath }, never)).status).toBe(200)
})

test('a proxy that the kubeconfig names is used', async () => {
  const api = await apiOverTls()
  const tunnels: string[] = []
  const proxy = createServer().on('connect', (req: IncomingMessage, socket: Socket) => {
    tunnels.push(req.url ?? '')
    const onward = connect(Number(new URL(api.url).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  closers.push(() => proxy.close())
  const address = proxy.address()
  const port = typeof address === 'object' ? address?.port : 0
  const file = kubeconfigOf(api, { token: 'x' }, { 'proxy-url': `http://127.0.0.1:${port}` })
  const http = httpTo(await kubeconfigAccess(file, 'there'))
  for (let i = 0; i < 2; i++) {
    const { status, body } = await http.get({ path: anyPath }, never)
    await textOf(body)
    expect(status).toBe(200)
  }
  expect(tunnels).toEqual([new URL(api.url).host])
})

test('a proxy of another kind is refused by name', async () => {
  const api = await apiOverTls()
  const file = kubeconfigOf(api, {}, { 'proxy-url': 'socks5://127.0.0.1:1' })
  await expect(kubeconfigAccess(file, 'there')).rejects.toThrow('cluster c: only proxies')
})

test('an exec plugin is run, once, and again when its token is refused', async () => {
  const api = await apiOverTls()
  const directory = mkdtempSync(join(tmpdir(), 'logboom-exec-'))
  const [tokenFile, runs] = [join(directory, 'token'), join(directory, 'runs')]
  const script = `
    const { appendFileSync, readFileSync } = require('node:fs')
    appendFileSync(${JSON.stringify(runs)}, 'x')
    console.log(JSON.stringify({ status: { token: readFileSync(${JSON.stringify(tokenFile)}, 'utf8') } }))`
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: ['-e', script],
  }
  writeFileSync(tokenFile, 'one')
  writeFileSync(runs, '')
  api.authorization = 'Bearer one'
  const http = httpTo(await kubeconfigAccess(kubeconfigOf(api, { exec }), 'there'))
  const statuses: number[] = []
  for (const token of ['one', 'one', 'two']) {
    writeFileSync(tokenFile, token)
    api.authorization = `Bearer ${token}`
    const { status, discard } = await http.get({ path: anyPath }, never)
    discard()
    statuses.push(status)
  }
  expect([statuses, readFileSync(runs, 'utf8')]).toEqual([[200, 200, 200], 'xx'])
})

test('a context that is not there is named', async () => {
  const api = await apiOverTls()
  const file = kubeconfigOf(api, {})
  await expect(kubeconfigAccess(file)).rejects.toThrow(`${file} has no context none`)
})
