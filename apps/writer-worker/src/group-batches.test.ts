import type { BatchJob } from '@logboom/contracts'
import type { WriteResult } from '@logboom/db'
import { jobOf } from '@logboom/testing'
import { expect, test } from 'vitest'
import { groupBatches } from './group-batches.ts'

const job = (name: string) => jobOf({ agentId: '0', jobId: name, messages: [name] })
const written = { outcome: { stored: 1 }, isNew: true, committedThrough: null } as unknown as WriteResult
const good = { status: 'fulfilled', value: written } as unknown as WriteResult
const bad: WriteResult = { status: 'rejected', reason: new Error('refused') }

/** Groups as they are written, each held back until it is released. */
function open({ lanes = 1, jobsMax = 3, bytesMax = 1e6, fate = (_name: string) => good } = {}) {
  const groups: { names: string[]; release: (error?: Error) => void }[] = []
  const add = groupBatches({
    lanes,
    jobsMax,
    bytesMax,
    write: (jobs: readonly BatchJob[]) =>
      new Promise((resolve, reject) => {
        const names = jobs.map(({ header }) => header.job_id)
        groups.push({ names, release: (error) => (error ? reject(error) : resolve(names.map(fate))) })
      }),
  })
  return { add: (name: string) => add(job(name)), groups, names: () => groups.map((group) => group.names) }
}

test('a job is written at once when a lane is free, and those that come meanwhile are written together', async () => {
  const { add, groups, names } = open()
  const first = add('a')
  const others = ['b', 'c'].map(add)
  expect(names()).toEqual([['a']])
  groups[0]?.release()
  await first
  expect(names()).toEqual([['a'], ['b', 'c']])
  groups[1]?.release()
  await Promise.all(others)
})

test('lanes are written side by side', () => {
  const { add, names } = open({ lanes: 2 })
  for (const name of ['a', 'b', 'c']) void add(name)
  expect(names()).toEqual([['a'], ['b']])
})

test('a group has no more jobs and bytes than it may, and a larger job is one of its own', async () => {
  const { add, groups, names } = open({ jobsMax: 2 })
  const all = ['a', 'b', 'c', 'd'].map(add)
  for (const at of [0, 1, 2]) {
    groups[at]?.release()
    await Promise.resolve(all[at])
  }
  await Promise.all(all)
  expect(names()).toEqual([['a'], ['b', 'c'], ['d']])

  const small = open({ bytesMax: 1 })
  const each = ['a', 'b', 'c'].map(small.add)
  for (const at of [0, 1, 2]) {
    small.groups[at]?.release()
    await each[at]
  }
  expect(small.names()).toEqual([['a'], ['b'], ['c']])
})

test('each job has its own fate, and a group that fails as a whole fails for all of them', async () => {
  const { add, groups } = open({ fate: (name) => (name === 'b' ? bad : good) })
  const [a, b, c] = ['a', 'b', 'c'].map(add)
  groups[0]?.release()
  await a
  groups[1]?.release()
  await expect(b).rejects.toThrow('refused')
  await expect(c).resolves.toBeDefined()

  const away = open()
  const lost = away.add('a')
  away.groups[0]?.release(new Error('away'))
  await expect(lost).rejects.toThrow('away')
  const next = away.add('b')
  away.groups[1]?.release()
  await expect(next).resolves.toBeDefined()
})
