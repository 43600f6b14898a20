import { setTimeout as wait } from 'node:timers/promises'
import { parseTimestamp } from '@logboom/contracts'
import type { LogTime } from '@logboom/contracts'
import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { createRandom } from './random-fixture.ts'
import type { Random } from './random-fixture.ts'
import { useReadingBench } from './pod-reading-fixture.ts'
import type { Reader } from './start-reader-fixture.ts'

const bench = useReadingBench()

const sameText = 'the same text'

interface Produced {
  pod: string
  text: string
  us: number
}

/** Writes as containers do: times of two outputs out of order, or equal, and texts too. */
function createWriter(random: Random, uid: string, pod: string, produced: Produced[]) {
  // Never later than now, whatever it jumps ahead.
  let last: LogTime = { us: Date.now() * 1000 - 120e6, ns: 0 }
  let count = 0
  return (lines: number) => {
    for (let n = 0; n < lines; n += 1) {
      const isEqual = random.chance(0.05)
      const next = { us: last.us + random.int(1, 20_000), ns: random.int(0, 999) }
      const time = isEqual
        ? last
        : random.chance(0.03)
          ? { ...next, us: next.us - random.int(1, 40_000) }
          : next
      if (time.us > last.us) last = time
      const text = random.chance(0.05) ? sameText : `${pod} ${(count += 1)}`
      bench.kubelet.write(uid, text, { time })
      produced.push({ pod, text, us: time.us })
    }
    // An agent that was away for minutes must not find its place by the clock alone.
    last = { ...last, us: last.us + random.int(0, 2_000_000) }
  }
}

async function live(random: Random, seed: number): Promise<Produced[]> {
  const produced: Produced[] = []
  const names = ['a', 'b', 'c'].map((name) => `${name}-${seed}`)
  const pods = names.map((name) => {
    const uid = bench.startPod({ name })
    return { uid, name, write: createWriter(random, uid, name, produced), lifeFrom: 0 }
  })
  const polls = random.chance(0.3)
  const options = { streamsMax: polls ? 1 : 200, sealsByHand: true, pollMinMs: 20, pollMaxMs: 40 }
  let reader: Reader | null = await bench.start(options)
  // What is over before the agent has seen any of it is nothing it could know of.
  const isSeen = ({ name, lifeFrom }: (typeof pods)[number]) => {
    const texts = new Set(produced.slice(lifeFrom).flatMap(({ text }) => (text === sameText ? [] : [text])))
    return bench.spool.stored.some(({ pod_name, message }) => pod_name === name && texts.has(message))
  }
  for (let step = 0; step < 150; step += 1) {
    const pod = random.pick(pods)
    const what = random.int(0, 99)
    if (what < 60) pod.write(random.int(1, 30))
    else if (what < 70) bench.kubelet.cut()
    else if (what < 76) bench.spool.seal()
    else if (what < 80 && isSeen(pod)) bench.kubelet.life(pod.uid).rotate()
    else if (what < 84 && isSeen(pod)) {
      restart(random, pod.uid)
      pod.lifeFrom = produced.length
    } else if (what < 90) {
      // Killed, with what was not sealed, and started again after a while.
      if (reader) await reader.kill()
      reader = random.chance(0.5) ? null : await bench.start(options)
    } else await wait(random.int(0, 30))
    if (!reader && random.chance(0.2)) reader = await bench.start(options)
  }
  reader ??= await bench.start(options)
  const texts = names.map((name) => `the last of ${name}`)
  for (const { uid, name } of pods) {
    const last = { pod: name, text: `the last of ${name}`, us: Date.now() * 1000 }
    bench.kubelet.write(uid, last.text, { time: { us: last.us, ns: 0 } })
    produced.push(last)
  }
  await until(
    () => {
      bench.spool.seal()
      return texts.every((text) => bench.messages().includes(text))
    },
    { what: 'the last lines', timeoutMs: 20_000 },
  )
  await reader.stop()
  bench.spool.seal()
  return produced
}

function restart(random: Random, uid: string): void {
  const times = random.chance(0.2) ? 3 : 1
  for (let n = 0; n < times; n += 1) {
    bench.kubelet.end(uid, { exitCode: 1 })
    bench.kubelet.run(uid)
  }
}

const us = (text: string | undefined) => parseTimestamp(text ?? '')?.us ?? Number.NaN

/** Every line is stored once, or lies in a gap of its container. */
function judge(produced: readonly Produced[]): { lost: Produced[]; doubled: number } {
  const byId = new Map(bench.spool.stored.map((entry) => [`${entry.entry_id} ${entry.timestamp}`, entry]))
  const left = new Map<string, number>()
  for (const { pod_name, message, timestamp } of byId.values()) {
    const key = `${pod_name} ${us(timestamp)} ${message}`
    left.set(key, (left.get(key) ?? 0) + 1)
  }
  const lost = produced.filter(({ pod, text, us: at }) => {
    const key = `${pod} ${at} ${text}`
    const count = left.get(key) ?? 0
    left.set(key, count - 1)
    return count <= 0 && !isInGap(pod, at)
  })
  return { lost, doubled: [...left.values()].filter((count) => count > 0).length }
}

/** Where times are out of order, a gap ends as early as its neighbours. */
const disorderUs = 40_000

function isInGap(pod: string, at: number): boolean {
  return bench.spool.gaps.some(
    ({ pod_name, from, to }) => pod_name === pod && us(from) - disorderUs <= at && at <= us(to) + disorderUs,
  )
}

test.each([1, 2, 3, 4, 5, 6])(
  'whatever is cut, killed, rotated or started again, each line is stored once or lies in a gap (seed %i)',
  async (seed) => {
    const produced = await live(createRandom(seed), seed)
    const { lost, doubled } = judge(produced)
    expect(lost.map(({ pod, text }) => `${pod}: ${text}`)).toEqual([])
    expect(doubled).toBe(0)
    expect(produced.length).toBeGreaterThan(500)
  },
  60_000,
)
