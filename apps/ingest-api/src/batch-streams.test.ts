import { rowFlags } from '@logboom/contracts'
import type { JobStream } from '@logboom/contracts'
import { describe, expect, test } from 'vitest'
import { createBatchStreams, sharedPodName } from './batch-streams.ts'
import { createEntryChecker } from './check-entry.ts'
import type { CheckedEntry } from './check-entry.ts'
import { agentId, entry } from './accept-fixture.ts'
import { createStreamBudget } from './stream-budget.ts'

function checked(changes: Record<string, unknown>): CheckedEntry {
  const one = createEntryChecker({ messageBytesMax: 100, isClean: false })(entry(changes))
  if ('code' in one) throw new Error(one.detail)
  return one
}

function open(streamsMax: number): (one: CheckedEntry) => JobStream {
  const streamOf = createBatchStreams(agentId, createStreamBudget({ streamsMax }))
  return (one) => streamOf(one).stream
}

describe('entries of one stream', () => {
  test('share it, with the newest node and all labels', () => {
    const streamOf = open(10)
    const first = streamOf(checked({ node: 'a', labels: { app: 'web', version: '1' } }))
    expect(streamOf(checked({ node: 'b', labels: { version: '2' } }))).toBe(first)
    expect(streamOf(checked({}))).toBe(first)
    expect(first).toMatchObject({ node: 'b', labels: { app: 'web', version: '2' } })
  })

  test('together have no more labels than one may have', () => {
    const streamOf = open(10)
    const label = (index: number) => checked({ labels: { [`label${index}`]: 'x' } })
    const stream = streamOf(label(0))
    for (let index = 1; index < 100; index += 1) streamOf(label(index))
    expect(Object.keys(stream.labels)).toHaveLength(32)
  })
})

describe('beyond the bound', () => {
  const extra = { pod_name: 'web-9', pod_uid: 'u', container_name: 'c', node: 'n', labels: { app: 'web' } }

  test('entries share a stream and keep as attributes what would have made it their own', () => {
    const streamOf = open(1)
    streamOf(checked({}))
    const late = checked({ ...extra, attributes: { trace: 1, pod_name: 'a lie' } })
    const shared = streamOf(late)
    expect(shared).toMatchObject({
      pod_name: sharedPodName,
      pod_uid: null,
      container_name: null,
      node: null,
      labels: {},
    })
    expect(JSON.parse(late.attributes ?? '')).toEqual({ ...extra, trace: 1 })
    expect(streamOf(checked({ ...extra, pod_name: 'web-10', container_name: 'd' })).id).toBe(shared.id)
    expect(streamOf(checked({})).pod_name).toBe('web-1')
  })

  test('each namespace has its own, as readers are scoped by it', () => {
    const streamOf = open(0)
    expect(streamOf(checked({ namespace: 'a' })).id).not.toBe(streamOf(checked({ namespace: 'b' })).id)
  })

  test('the attributes stay within their bounds, and what the stream lost is not what is cut', () => {
    const many = Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`k${index}`, 1]))
    const late = checked({ ...extra, attributes: many })
    open(0)(late)
    const attributes = JSON.parse(late.attributes ?? '')
    expect(Object.keys(attributes)).toHaveLength(64)
    expect(attributes).toMatchObject(extra)
    expect(late.flags & rowFlags.attributesCut).toBe(rowFlags.attributesCut)
  })

  test('a pod that is named like the shared one changes nothing about it', () => {
    const streamOf = open(0)
    const shared = streamOf(checked({ ...extra, pod_name: sharedPodName }))
    streamOf(checked({ ...extra, pod_name: sharedPodName, labels: { mine: 'x' } }))
    expect(shared).toMatchObject({ node: null, labels: {} })
  })
})
