import { parseConfig } from '@logboom/service'
import { expect, test } from 'vitest'
import { AgentConfig } from '../../config.ts'
import { openKubeAccess } from './open-kube-access.ts'
import { agentId } from './pod-watch-fixture.ts'

const configOf = (env: Record<string, string>) =>
  parseConfig('agent', AgentConfig, {
    env: { AGENT_ID: agentId, BROKER_URL: 'https://broker.example.com', AGENT_PAK_FILE: '/pak', ...env },
  })

test.each([
  ['10.96.0.1', '6443', 'https://10.96.0.1:6443/'],
  ['fd00::1', '443', 'https://[fd00::1]/'],
  ['kubernetes.default.svc', '443', 'https://kubernetes.default.svc/'],
])('in a pod the API server is where Kubernetes says: %s', async (host, port, url) => {
  const config = configOf({ KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port })
  expect((await openKubeAccess(config)).server.href).toBe(url)
})

test('a kubeconfig that is named goes before the pod’s own account, and is named when it cannot be read', async () => {
  const config = configOf({ KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBECONFIG: '/nowhere/config' })
  await expect(openKubeAccess(config)).rejects.toThrow('/nowhere/config')
})
