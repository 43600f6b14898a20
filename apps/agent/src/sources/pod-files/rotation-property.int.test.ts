import { setTimeout as wait } from 'node:timers/promises'
import { until } from '@logboom/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeSpool } from '../kubernetes/fake-spool-fixture.ts'
import { createFakePodLogs } from './fake-pod-logs-fixture.ts'
import { createPodLogWriter } from './pod-log-writer-fixture.ts'
import type { LogStep } from './pod-log-writer-fixture.ts'
import { startFileReader } from './pod-file-reader-fixture.ts'
import { createPodNews } from './watch-pod-files.ts'

type Step = LogStep | { do: 'kill' } | { do: 'stop' } | { do: 'seal' } | { do: 'pause'; ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      lines: fc.integer({ min: 1, max: 30 }),
      repeats: fc.boolean(),
      output: fc.constantFrom<'stdout' | 'stderr'>('stdout', 'stderr'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('long' as const), parts: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('rotate', 'rename', 'back', 'life', 'compress', 'kill', 'stop', 'seal'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pause' as const), ms: fc.integer({ min: 0, max: 60 }) }),
  },
)

test('whatever is rotated, renamed back, compressed, started anew and killed, each line is stored once and none is in a gap', async () => {
  const holds = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 20 }), async (steps) => {
    const { produced, stored, gaps } = await play(steps)
    expect(stored).toEqual(produced.toSorted())
    expect(gaps).toEqual([])
  })
  await fc.assert(holds, { numRuns: 25 })
}, 180_000)

test('when the oldest files are removed while the agent is down, what is not stored is in a gap, and nothing is stored twice', async () => {
  const files = fc.integer({ min: 1, max: 3 })
  const removed = fc.record({ do: fc.constant('remove' as const), files })
  const steps = fc.array(fc.oneof({ weight: 6, arbitrary: step }, { weight: 1, arbitrary: removed }), {
    minLength: 5,
    maxLength: 25,
  })
  const holds = fc.asyncProperty(steps, async (each) => {
    const { produced, stored, gaps } = await play(
      [...each.filter(isOfOneLife), { do: 'write', ...lastLine }],
      true,
    )
    const missing = [...produced]
    for (const line of stored) {
      const at = missing.indexOf(line)
      expect(at, `${line} was written, and stored no more often`).toBeGreaterThanOrEqual(0)
      missing.splice(at, 1)
    }
    expect(missing.length > 0 && gaps.length === 0).toBe(false)
  })
  await fc.assert(holds, { numRuns: 20, examples: [[killedInDoubt]] })
}, 180_000)

const write = { do: 'write', lines: 1, repeats: false, output: 'stdout' } as const
const removal = { do: 'remove', files: 1 } as const

/** Killed after some lines of the next file were sealed, and before it was sure that those before them are gone. */
const killedInDoubt: Step[] = [
  { do: 'rename' },
  write,
  { do: 'rename' },
  { do: 'long', parts: 1 },
  removal,
  { do: 'pause', ms: 50 },
  { do: 'seal' },
  { do: 'long', parts: 1 },
  removal,
  { do: 'rotate' },
]

/** Nobody can tell that a life began with a file that is gone, if nothing of that life was ever read. */
const isOfOneLife = (each: Step) => each.do !== 'life'

/** So late that it proves what is missing. */
const lastLine = { lines: 1, repeats: false, output: 'stdout', laterMs: 3_000 } as const

interface Played {
  produced: string[]
  stored: string[]
  gaps: unknown[]
}

async function play(steps: readonly Step[], isLossy = false): Promise<Played> {
  const logs = createFakePodLogs()
  const spool = createFakeSpool()
  const start = () => {
    const news = createPodNews()
    news.changed(logs.pod)
    return startFileReader(spool, logs.root, { news, sealsByHand: true, partialMs: 60_000 })
  }
  const writer = createPodLogWriter(logs)
  const messages = () => [...new Map(spool.stored.map((it) => [it.entry_id, it.message])).values()].toSorted()
  const untilStored = (isStored: () => boolean) =>
    // Which ones are missing is told by the comparison.
    until(() => (spool.seal(), isStored()), { what: 'lines', timeoutMs: 10_000 }).catch(() => undefined)
  let reader = start()
  writer.take({ do: 'write', lines: 1, repeats: false, output: 'stdout' })
  // Of what nobody has ever seen, nobody knows that it is missing.
  if (isLossy) await untilStored(() => messages().length > 0)
  for (const each of steps) {
    if (each.do === 'seal') spool.seal()
    else if (each.do === 'pause') await wait(each.ms)
    else if (each.do === 'kill' || each.do === 'stop' || each.do === 'remove') {
      await reader[each.do === 'stop' ? 'stop' : 'kill']()
      if (each.do === 'remove') writer.take(each)
      reader = start()
    } else writer.take(each)
  }
  writer.settle()
  const last = writer.produced.at(-1) ?? ''
  await untilStored(() => (isLossy ? messages().includes(last) : messages().length >= writer.produced.length))
  await reader.stop()
  logs.close()
  return { produced: writer.produced, stored: messages(), gaps: spool.gaps }
}
