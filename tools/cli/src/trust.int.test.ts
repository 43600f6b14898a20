import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueCertificate } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

let dir: string
let server: Server
let url: string
/** Keys that have come to the server. */
const keys: (string | undefined)[] = []

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'logboom-cli-'))
  const authority = issueCertificate('an authority of our own')
  const { cert, key } = issueCertificate('broker', authority)
  writeFileSync(join(dir, 'ca.pem'), authority.cert)
  writeFileSync(join(dir, 'none.pem'), 'no certificate\n')
  server = createServer({ cert, key }, ({ headers }, res) => {
    keys.push(headers.authorization)
    res.setHeader('Content-Type', 'application/json')
    res.end('{"kind":"admin","agent_id":null,"agents":null,"namespaces":null}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}` // of a server that listens
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(dir, { recursive: true, force: true })
})

async function run(...args: string[]): Promise<{ code: unknown; stderr: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    env: { XDG_CONFIG_HOME: dir },
  })
  let stderr = ''
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  child.stdin.end('logboom_short_long\n')
  const [code] = await once(child, 'close')
  return { code, stderr }
}

test('a broker with a certificate of an unknown authority gets no key, and --ca is named as the way', async () => {
  const { code, stderr } = await run('login', url)
  expect([code, stderr]).toEqual([4, expect.stringContaining('log in with --ca FILE')])
  expect(keys).toEqual([])
})

test('an authority of one’s own is trusted at the login and from then on', async () => {
  expect(await run('login', url, '--ca', join(dir, 'ca.pem'))).toMatchObject({ code: 0 })
  expect(await run('whoami')).toEqual({ code: 0, stderr: '' })
  expect(keys).toEqual(['Bearer logboom_short_long', 'Bearer logboom_short_long'])
})

test('a file without a certificate is named as the fault', async () => {
  const { code, stderr } = await run('login', url, '--ca', join(dir, 'none.pem'))
  expect([code, stderr]).toEqual([2, expect.stringContaining('none.pem holds no certificate')])
})
