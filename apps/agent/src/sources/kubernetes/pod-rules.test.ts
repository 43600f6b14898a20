import { expect, test } from 'vitest'
import { parseLabelSelector } from './label-selector.ts'
import { readMeta, readPod } from './pod-object.ts'
import type { ObjectMeta, PodObject } from './pod-object.ts'
import { fakeMeta, fakePod } from './pod-objects-fixture.ts'
import type { FakeMeta, FakePodParts } from './pod-objects-fixture.ts'
import { isAllowed, isManaged, isOptedOut, keptLabels, managedPod } from './pod-rules.ts'
import {
  deploymentObjectKey,
  managedLabels,
  managedRules,
  ownerKey,
  workOrderKey,
} from './pod-watch-fixture.ts'

function podOf(parts: FakePodParts): PodObject {
  const pod = readPod(fakePod(parts))
  if (!pod) throw new Error('no pod')
  return pod
}

function ownerOf(parts: Partial<FakeMeta>): ObjectMeta {
  const meta = readMeta({ metadata: fakeMeta(parts) })
  if (!meta) throw new Error('no owner')
  return meta
}

const mine = { annotations: { [ownerKey]: managedRules.agentId } }
const id = (digit: number) => `0000000${digit}-0000-4000-8000-000000000000`

test('a pod is managed by its label, its annotation, or those of an owner, however far up', () => {
  expect(isManaged(managedRules, [podOf({ labels: managedLabels })])).toBe(true)
  expect(isManaged(managedRules, [podOf(mine)])).toBe(true)
  expect(isManaged(managedRules, [podOf({}), ownerOf({}), ownerOf(mine)])).toBe(true)
  expect(isManaged(managedRules, [podOf({}), ownerOf({})])).toBe(false)
  const others = { annotations: { [ownerKey]: id(9) } }
  expect(isManaged(managedRules, [podOf(others)])).toBe(false)
  expect(isManaged({ ...managedRules, mode: 'all' }, [podOf(others)])).toBe(true)
})

test('namespaces and the selector narrow what is managed', () => {
  const rules = { ...managedRules, selector: parseLabelSelector('app=web') }
  expect(isAllowed(rules, podOf({ labels: { app: 'web' } }))).toBe(true)
  expect(isAllowed(rules, podOf({}))).toBe(false)
  const pod = podOf({ namespace: 'shop' })
  expect(isAllowed({ ...managedRules, namespaces: ['shop'] }, pod)).toBe(true)
  expect(isAllowed({ ...managedRules, namespaces: ['bank'] }, pod)).toBe(false)
  expect(isAllowed({ ...managedRules, namespacesExcluded: ['shop'] }, pod)).toBe(false)
})

test('a pod may ask to be left alone, as a whole or some of its containers', () => {
  const asking = (exclude: string) =>
    podOf({ containers: ['a', 'b', 'c'], annotations: { 'logs.brokkr.io/exclude': exclude } })
  expect(isOptedOut(managedRules, asking('true'))).toBe(true)
  expect(isOptedOut(managedRules, asking('false'))).toBe(false)
  expect(isOptedOut(managedRules, asking('a, c'))).toBe(false)
  const read = managedPod(managedRules, asking('a, c'), [], null)
  expect(read.containers.map(({ name }) => name)).toEqual(['b'])
})

test('the deployment object is that of the nearest that names one: label, annotation, owners', () => {
  const named = (digit: number) => ({ [deploymentObjectKey]: id(digit) })
  const owners = [ownerOf({ annotations: named(3) }), ownerOf({ annotations: named(4) })]
  const read = (parts: FakePodParts) =>
    managedPod(managedRules, podOf(parts), owners, null).deploymentObjectId
  expect(read({ labels: named(1), annotations: named(2) })).toBe(id(1))
  expect(read({ annotations: named(2) })).toBe(id(2))
  expect(read({})).toBe(id(3))
  expect(read({ labels: { [deploymentObjectKey]: 'not-an-id' } })).toBe(id(3))
})

test('the work order is found by itself', () => {
  const owner = ownerOf({ labels: { [workOrderKey]: id(5) } })
  expect(managedPod(managedRules, podOf({}), [owner], null)).toMatchObject({
    workOrderId: id(5),
    deploymentObjectId: null,
  })
})

test('what is kept of the labels fits on the wire', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`app.kubernetes.io/l${i}`, `${i}`]))
  const long = { [`${'p'.repeat(250)}/${'n'.repeat(60)}`]: 'x' }
  const kept = keptLabels(['app', 'app.kubernetes.io/*', '*'], { secret: 's', ...many, ...long, app: 'web' })
  expect(Object.keys(kept)).toHaveLength(32)
  expect(Object.keys(kept)[0]).toBe('app')
  expect(keptLabels(managedRules.labelsKept, { 'pod-template-hash': 'x', 'job-name': 'j' })).toEqual({
    'job-name': 'j',
  })
  expect(keptLabels(['*'], long)).toEqual({})
})
