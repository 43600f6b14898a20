import { writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { useAgentBench } from '../agent-bench-fixture.ts'
import { issueCertificate } from '../certificate-fixture.ts'

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
