import { expect, test } from 'vitest'
import { readPod } from './pod-object.ts'
import { fakePod } from './pod-objects-fixture.ts'

const hash = '0123456789abcdef0123456789abcdef'
const mirror = { 'kubernetes.io/config.hash': hash, 'kubernetes.io/config.mirror': hash }
const node = { apiVersion: 'v1', kind: 'Node', name: 'node-1', uid: 'n', controller: true }

test('a pod that a node runs from a file is known by the file, not by the object that mirrors it', () => {
  const pod = fakePod({ annotations: mirror, ownerReferences: [node] })
  expect(readPod(pod)).toMatchObject({ uid: hash, owner: null })
})

test.each([
  ['no node owns it', { annotations: mirror }],
  [
    'nothing says it is a mirror',
    { annotations: { 'kubernetes.io/config.hash': hash }, ownerReferences: [node] },
  ],
  [
    'it names another pod',
    {
      annotations: { ...mirror, 'kubernetes.io/config.hash': '00000000-0000-4000-8000-000000000000' },
      ownerReferences: [node],
    },
  ],
])('a pod cannot pass for another: %s', (_why, parts) => {
  expect(readPod(fakePod({ ...parts, uid: 'its-own' }))?.uid).toBe('its-own')
})

test('only the controller is an owner', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'u' }
  expect(readPod(fakePod({ ownerReferences: [owner] }))?.owner).toBe(null)
  expect(readPod(fakePod({ ownerReferences: [{ ...owner, controller: true }] }))?.owner).toEqual(owner)
})

test('of what the server says, only what is used is kept', () => {
  const read = readPod(fakePod({ managedFields: [{ manager: 'kubelet' }] }))
  expect(JSON.stringify(read)).not.toContain('kubelet')
})

test.each([
  [null],
  ['pod'],
  [{}],
  [{ metadata: { name: 'x' } }],
  [{ metadata: { name: 'x', uid: 1 }, spec: {} }],
])('%j is no pod', (value) => {
  expect(readPod(value)).toBe(null)
})

test('nulls where Go leaves something out are no fault', () => {
  const metadata = { name: 'x', namespace: 'n', uid: 'u', labels: null, ownerReferences: null }
  expect(readPod({ metadata, spec: { containers: null }, status: null })).toMatchObject({
    uid: 'u',
    node: null,
    labels: {},
  })
})
