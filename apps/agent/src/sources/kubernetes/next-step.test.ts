import { expect, test } from 'vitest'
import type { ContainerState } from './managed-pod.ts'
import { nextStep } from './next-step.ts'
import type { LivesRead } from './next-step.ts'

const state = (over: Partial<ContainerState> = {}): ContainerState => ({
  name: 'app',
  kind: 'app',
  phase: 'running',
  containerId: 'c0',
  restartCount: 0,
  previousContainerId: null,
  mayRestart: true,
  ...over,
})
const read = (over: Partial<LivesRead> = {}): LivesRead => ({
  containerId: 'c0',
  restartCount: 0,
  drainedId: null,
  ...over,
})

test('a container that was never started is waited for', () => {
  expect(nextStep(read({ containerId: null }), state({ phase: 'waiting', containerId: null }))).toEqual({
    do: 'wait',
  })
})

test('a running life is read', () => {
  expect(nextStep(read(), state())).toEqual({ do: 'read current' })
})

test('a life that ended is read to its end once, and until nothing new comes when it was the last', () => {
  const ended = state({ phase: 'waiting', previousContainerId: 'c0' })
  expect(nextStep(read({ containerId: null }), ended)).toMatchObject({
    do: 'begin current',
    containerId: 'c0',
  })
  expect(nextStep(read(), ended)).toEqual({ do: 'drain current' })
  expect(nextStep(read({ drainedId: 'c0' }), ended)).toEqual({ do: 'wait' })
  expect(nextStep(read({ drainedId: 'c0' }), state({ phase: 'terminated', mayRestart: false }))).toEqual({
    do: 'finish',
  })
})

test('a restart: the end of the life before, then the new one; nothing is missed', () => {
  const restarted = state({ containerId: 'c1', restartCount: 1, previousContainerId: 'c0' })
  expect(nextStep(read(), restarted)).toEqual({
    do: 'drain previous',
    isNewLog: false,
    containerId: 'c0',
    restartCount: 0,
    missed: null,
  })
  expect(nextStep(read({ drainedId: 'c0' }), restarted)).toEqual({
    do: 'begin current',
    containerId: 'c1',
    restartCount: 1,
    missed: null,
  })
})

test('five restarts unseen: three lives are missed, the newest two are read', () => {
  const restarted = state({ containerId: 'c5', restartCount: 5, previousContainerId: 'c4' })
  expect(nextStep(read(), restarted)).toEqual({
    do: 'drain previous',
    isNewLog: true,
    containerId: 'c4',
    restartCount: 4,
    missed: { lives: 3 },
  })
  expect(nextStep(read({ containerId: 'c4', restartCount: 4, drainedId: 'c4' }), restarted)).toMatchObject({
    do: 'begin current',
    missed: null,
  })
})

test('a life of which the end cannot be read any more is missed in part', () => {
  const collected = state({ containerId: 'c1', restartCount: 1 })
  expect(nextStep(read(), collected)).toMatchObject({ do: 'begin current', missed: { lives: 0 } })
  expect(nextStep(read({ drainedId: 'c0' }), collected)).toMatchObject({ do: 'begin current', missed: null })
  const twice = state({ containerId: 'c2', restartCount: 2, previousContainerId: 'c1' })
  expect(nextStep(read({ drainedId: 'c0' }), twice)).toMatchObject({ do: 'drain previous', missed: null })
  expect(nextStep(read(), twice)).toMatchObject({ do: 'drain previous', missed: { lives: 0 } })
})

test('a container that is met for the first time is read from the life before on', () => {
  const restarted = state({ containerId: 'c7', restartCount: 7, previousContainerId: 'c6' })
  expect(nextStep(read({ containerId: null }), restarted)).toMatchObject({
    do: 'drain previous',
    isNewLog: true,
    containerId: 'c6',
    missed: null,
  })
})
