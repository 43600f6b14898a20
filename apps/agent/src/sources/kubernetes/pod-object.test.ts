import { expect, test } from 'vitest'
import { readPod } from './pod-object.ts'
import { fakePod } from './pod-objects-fixture.ts'

test('a pod that a node runs from a file is known by the file, not by the object that mirrors it', () => {
  const annotations = {
    'kubernetes.io/config.hash': 'of-the-file',
    'kubernetes.io/config.mirror': 'of-the-file',
  }
  const node = { apiVersion: 'v1', kind: 'Node', name: 'node-1', uid: 'n', controller: true }
  expect(readPod(fakePod({ annotations, ownerReferences: [node] }))).toMatchObject({
    uid: 'of-the-file',
    owner: null,
  })
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
