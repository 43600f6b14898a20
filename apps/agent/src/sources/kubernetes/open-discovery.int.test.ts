import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { createLogger, parseConfig } from '@logboom/service'
import { issueCertificate, until } from '@logboom/testing'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { AgentConfig } from '../../config.ts'
import { openFakeApiServer } from './fake-api-server-fixture.ts'
import type { ManagedPod } from './managed-pod.ts'
import { openDiscovery } from './open-discovery.ts'
import { agentId, managedLabels } from './pod-watch-fixture.ts'

test('from configuration to pods: kubeconfig, namespaces, selector, metrics', async () => {
  const certificate = issueCertificate('api')
  const api = await openFakeApiServer(certificate)
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'logboom-kubeconfig-')), 'config')
  const ca = Buffer.from(certificate.cert).toString('base64')
  const there = {
    'current-context': 'here',
    clusters: [{ name: 'c', cluster: { server: api.url, 'certificate-authority-data': ca } }],
    users: [{ name: 'u', user: { token: 'of-the-user' } }],
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
  }
  writeFileSync(kubeconfig, JSON.stringify(there))
  const config = parseConfig('agent', AgentConfig, {
    env: {
      AGENT_ID: agentId,
      BROKER_URL: 'https://broker.example.com',
      AGENT_PAK_FILE: '/pak',
      KUBERNETES: 'api',
      KUBECONFIG: kubeconfig,
      NAMESPACES: 'shop,bank',
      POD_SELECTOR: 'tier notin (back)',
    },
  })
  api.authorization = 'Bearer of-the-user'
  api.createPod({ name: 'till', namespace: 'shop', labels: managedLabels })
  api.createPod({ name: 'stock', namespace: 'shop', labels: { ...managedLabels, tier: 'back' } })
  api.createPod({ name: 'stray', namespace: 'park', labels: managedLabels })
  const registry = new Registry()
  const log = createLogger('agent', { level: 'info', destination: new PassThrough().resume() })
  const ending = new AbortController()
  const discovery = await openDiscovery(config, { registry, log, socketsForLogs: 10 })
  expect(await discovery.clusterUid(ending.signal)).toBe(
    api.objects.get('/api/v1/namespaces/kube-system')?.metadata.uid,
  )
  const told = new Map<string, ManagedPod>()
  const listener = {
    changed: (pod: ManagedPod) => void told.set(pod.name, pod),
    removed: () => undefined,
    listed: () => undefined,
  }
  const watch = discovery.start(listener, ending.signal)
  await until(() => watch.isSynced() && api.watches.size === 2, { what: 'both watches' })
  expect([...told.keys()]).toEqual(['till'])
  const answered = 'logboom_agent_kube_requests_total{outcome="200"} 5'
  await until(async () => (await registry.metrics()).includes(answered), { what: 'five answers' })
  const metrics = await registry.metrics()
  expect(metrics).toContain('logboom_agent_pods 1')
  expect(metrics).toContain('logboom_agent_pods_synced 1')
  expect(metrics).toContain('logboom_agent_pod_lists_total 2')
  ending.abort()
  await watch.ended
  await discovery.http.close()
  await api.close()
})
