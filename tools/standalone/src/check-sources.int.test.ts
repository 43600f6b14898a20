import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findDockerTrouble, findKubernetesTrouble } from './check-sources.ts'

const folder = mkdtempSync(join(tmpdir(), 'logboom-sources-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('an engine that answers is no trouble, one that does not is told with what to do', async () => {
  const path = join(folder, 'docker.sock')
  const env = { DOCKER_HOST: `unix://${path}` }
  expect(await findDockerTrouble(env)).toBe(
    `no Docker engine answers at ${path} (ENOENT): start it, or say where it is with DOCKER_HOST=unix:///<socket>`,
  )
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(path, resolve))
  expect(await findDockerTrouble(env)).toBeUndefined()
  await new Promise((resolve) => server.close(resolve))
})

test('a port on which no engine listens is told by its address', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const host = `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  expect(await findDockerTrouble({ DOCKER_HOST: host })).toBeUndefined()
  await new Promise((resolve) => server.close(resolve))
  expect(await findDockerTrouble({ DOCKER_HOST: host })).toContain(`${host} (ECONNREFUSED)`)
})

test('a cluster is known by a kubeconfig, or by being in it', () => {
  const path = join(folder, 'config')
  expect(findKubernetesTrouble({ KUBECONFIG: path })).toBe(
    `no kubeconfig at ${path}: say where it is with KUBECONFIG=<file>`,
  )
  expect(findKubernetesTrouble({ KUBECONFIG: path, KUBERNETES_SERVICE_HOST: '10.0.0.1' })).toBeUndefined()
  writeFileSync(path, '')
  expect(findKubernetesTrouble({ KUBECONFIG: `/none:${path}` })).toBeUndefined()
})
