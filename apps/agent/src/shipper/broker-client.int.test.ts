import { writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:https'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { issueCertificate, until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { useAgentBench } from '../agent-bench-fixture.ts'

const bench = useAgentBench()

test('a private CA is trusted, a client certificate shown, and a broker of another CA refused', async () => {
  const [ca, otherCa] = [issueCertificate('test ca'), issueCertificate('other ca')]
  const [server, client] = [issueCertificate('broker', ca), issueCertificate('agent', ca)]
  const names: string[] = []
  const tls = createServer(
    { cert: server.cert, key: server.key, ca: ca.cert, requestCert: true, rejectUnauthorized: true },
    (req, res) => {
      const { subject } = (req.socket as TLSSocket).getPeerCertificate() // it is one, behind https
      names.push(String(subject.CN))
      res.end()
    },
  )
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve))
  const { port } = tls.address() as AddressInfo // a TCP server has one
  for (const [name, text] of Object.entries({
    ca: ca.cert,
    other: otherCa.cert,
    cert: client.cert,
    key: client.key,
  })) {
    writeFileSync(bench.file(name), text)
  }
  const env = {
    BROKER_URL: `https://127.0.0.1:${port}`,
    CLIENT_CERT_FILE: bench.file('cert'),
    CLIENT_KEY_FILE: bench.file('key'),
  }
  writeFileSync(bench.logs, 'x\n')
  const stranger = await bench.start({ ...env, CA_FILE: bench.file('other'), SHUTDOWN_GRACE_MS: '200' })
  await until(() => stranger.logged().some((line) => line.includes('"network"')), { what: 'a refusal' })
  expect(names).toEqual([])
  await stranger.stop()
  const friend = await bench.start({ ...env, CA_FILE: bench.file('ca'), SHUTDOWN_GRACE_MS: '200' })
  await until(() => names.length > 0, { what: 'a request' })
  expect(names[0]).toBe('agent')
  await friend.stop()
  tls.closeAllConnections()
  tls.close()
})

test('a broker is reached through the proxy that is named, but for hosts that are excepted', async () => {
  const ca = issueCertificate('test ca')
  const server = issueCertificate('broker', ca)
  const requests: string[] = []
  const tls = createServer({ cert: server.cert, key: server.key }, (req, res) => {
    requests.push(String(req.url))
    res.end()
  })
  const tunnels: string[] = []
  const proxy = createHttpServer()
  const sockets = new Set<Socket>()
  proxy.on('connect', (req, client: Socket) => {
    tunnels.push(String(req.url))
    const [host = '', port] = String(req.url).split(':')
    const upstream = connect(Number(port), host, () => client.write('HTTP/1.1 200 OK\r\n\r\n'))
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => undefined))
    client.pipe(upstream).pipe(client)
  })
  for (const one of [tls, proxy]) await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))
  const portOf = (one: { address(): unknown }) => (one.address() as AddressInfo).port // a TCP server has one
  writeFileSync(bench.file('ca'), ca.cert)
  writeFileSync(bench.logs, 'x\n')
  const env = {
    BROKER_URL: `https://127.0.0.1:${portOf(tls)}`,
    CA_FILE: bench.file('ca'),
    HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
    SHUTDOWN_GRACE_MS: '200',
  }
  const direct = await bench.start({ ...env, NO_PROXY: '127.0.0.1' })
  await until(() => requests.length > 0, { what: 'a direct request' })
  expect(tunnels).toEqual([])
  await direct.stop()
  const seen = requests.length
  const tunnelled = await bench.start(env)
  await until(() => requests.length > seen, { what: 'a request through the proxy' })
  expect(new Set(tunnels)).toEqual(new Set([`127.0.0.1:${portOf(tls)}`]))
  await tunnelled.stop()
  for (const socket of sockets) socket.destroy()
  for (const one of [tls, proxy]) {
    one.closeAllConnections()
    one.close()
  }
})
