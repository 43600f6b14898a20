import { expect, test } from 'vitest'
import { containerStates } from './container-states.ts'
import type { ContainerState } from './managed-pod.ts'
import { endContainer, fakePod, runContainer, waitingStatus } from './pod-objects-fixture.ts'
import type { FakePod } from './pod-objects-fixture.ts'
import { readPod } from './pod-object.ts'

function statesOf(pod: FakePod): ContainerState[] {
  const read = readPod(structuredClone(pod))
  if (!read) throw new Error('no pod')
  return containerStates(read)
}

function stateOf(pod: FakePod, name = 'app'): ContainerState | undefined {
  return statesOf(pod).find((state) => state.name === name)
}

test('containers come in the order in which they start, each with its kind', () => {
  const pod = fakePod({
    init: [{ name: 'setup' }, { name: 'proxy', restartPolicy: 'Always' }],
    containers: ['b', 'a'],
  })
  pod.spec.ephemeralContainers.push({ name: 'debug' })
  expect(statesOf(pod).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'setup init',
    'proxy sidecar',
    'b app',
    'a app',
    'debug ephemeral',
  ])
})

test('a container that never ran waits, and has no life yet', () => {
  expect(stateOf(fakePod({}))).toEqual({
    name: 'app',
    kind: 'app',
    phase: 'waiting',
    containerId: null,
    restartCount: 0,
    previousContainerId: null,
    mayRestart: true,
  })
})

test('each life has its id, and knows the one before', () => {
  const pod = fakePod({})
  const first = runContainer(pod, 'app')
  expect(stateOf(pod)).toMatchObject({ phase: 'running', containerId: first, restartCount: 0 })
  endContainer(pod, 'app', 1)
  expect(stateOf(pod)).toMatchObject({ phase: 'terminated', containerId: first, previousContainerId: null })
  const second = runContainer(pod, 'app')
  expect(stateOf(pod)).toMatchObject({ containerId: second, previousContainerId: first, restartCount: 1 })
  endContainer(pod, 'app', 1, 'CrashLoopBackOff')
  // The life that ran last is now the one that the server serves as the previous one, too.
  expect(stateOf(pod)).toMatchObject({ phase: 'waiting', containerId: second, previousContainerId: second })
})

test.each([
  ['Always', 0, true],
  ['Always', 1, true],
  ['OnFailure', 0, false],
  ['OnFailure', 1, true],
  ['Never', 0, false],
  ['Never', 1, false],
])('with %s, a container that exited with %i may restart: %s', (restartPolicy, exitCode, expected) => {
  const pod = fakePod({ restartPolicy })
  runContainer(pod, 'app')
  endContainer(pod, 'app', exitCode)
  expect(stateOf(pod)?.mayRestart).toBe(expected)
})

test('an init container is done when it did well, whatever the policy', () => {
  const pod = fakePod({ init: [{ name: 'setup' }] })
  runContainer(pod, 'setup')
  endContainer(pod, 'setup', 0)
  expect(stateOf(pod, 'setup')?.mayRestart).toBe(false)
  runContainer(pod, 'setup')
  endContainer(pod, 'setup', 1)
  expect(stateOf(pod, 'setup')?.mayRestart).toBe(true)
})

test('a sidecar restarts although its pod never does', () => {
  const pod = fakePod({ restartPolicy: 'Never', init: [{ name: 'proxy', restartPolicy: 'Always' }] })
  runContainer(pod, 'proxy')
  endContainer(pod, 'proxy', 0)
  expect(stateOf(pod, 'proxy')?.mayRestart).toBe(true)
})

test('the rules and the policy of a container go before those of its pod', () => {
  const rules = [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }]
  const container = { name: 'app', restartPolicy: 'Never', restartPolicyRules: rules }
  const pod = fakePod({ restartPolicy: 'Always', containers: [container] })
  runContainer(pod, 'app')
  expect(stateOf(pod)?.mayRestart).toBe(true)
  endContainer(pod, 'app', 1)
  expect(stateOf(pod)?.mayRestart).toBe(false)
  runContainer(pod, 'app')
  endContainer(pod, 'app', 42)
  expect(stateOf(pod)?.mayRestart).toBe(true)
})

test('nothing restarts in a pod that is over, nor does an ephemeral container', () => {
  const pod = fakePod({})
  pod.spec.ephemeralContainers.push({ name: 'debug' })
  pod.status.ephemeralContainerStatuses.push(waitingStatus({ name: 'debug' }))
  runContainer(pod, 'debug')
  expect(stateOf(pod, 'debug')?.mayRestart).toBe(false)
  pod.status.phase = 'Failed'
  expect(stateOf(pod)?.mayRestart).toBe(false)
})
