import { setTimeout as wait } from 'node:timers/promises'
import { callOk, untilDrained } from '@logboom/system'
import { percentile } from '../figure.ts'
import type { Figure } from '../figure.ts'
import { makeBatches } from '../make-batches.ts'
import { openBroker } from '../open-broker.ts'
import type { Broker } from '../open-broker.ts'
import type { Part } from '../part.ts'
import { pushBatches } from '../push-batches.ts'
import { emptyTables, expectRows } from '../stored-rows.ts'
import { followProbes } from './follow-probes.ts'
import { measureIngest } from './measure-ingest.ts'

const agents = 50
const probesPerSecond = 4
const pollMs = 5

/** How long senders and readers wait at half of the load that can be stored. */
export const latency: Part = async ({ options, progress }) => {
  const seconds = options.quick ? 8 : 30
  const broker = await openBroker(agents + 1)
  try {
    progress.step('latency: what can be stored')
    await measureIngest(broker, { batches: options.quick ? 60 : 300 })
    const { entriesPerSecond } = await measureIngest(broker, { batches: options.quick ? 100 : 200 })
    await emptyTables(broker.pool)
    const perSecond = entriesPerSecond / 2_000
    const count = Math.round(perSecond * seconds)
    progress.step(`latency: ${perSecond.toFixed(1)} batches of 1000 a second for ${seconds} s`)
    const batches = makeBatches({ batches: count, agents, spanMs: seconds * 1000, fromMs: Date.now() })
    const probing = new AbortController()
    const followed = await followProbes(broker)
    const probes = probeReading(broker, probing.signal, followed.answered)
    const { latenciesMs } = await pushBatches({
      url: broker.ingestUrl,
      agents: broker.agents,
      batches,
      perSecond,
      onAnswer: (done) => progress.now(`${done} of ${count} batches`),
    })
    probing.abort()
    const readableMs = await probes
    const followedMs = await followed.stop()
    await untilDrained(broker.lookRedis)
    await expectRows(broker.pool, count * 1_000 + readableMs.length)
    return {
      figures: figuresOf({ answeredMs: latenciesMs, readableMs, followedMs }),
      details: { latenciesMs, readableMs, followedMs },
    }
  } finally {
    await broker.close()
  }
}

/** A line of an agent of its own again and again: milliseconds from its 201 until a search has it. */
async function probeReading(
  broker: Broker,
  signal: AbortSignal,
  onAnswered: (message: string) => void,
): Promise<number[]> {
  const agent = broker.agents.at(-1)
  if (!agent) throw new Error('an agent for the probe is missing')
  const path = `/api/v1/agents/${agent.id}/logs`
  const tookMs: number[] = []
  while (!signal.aborted) {
    const message = `probe ${tookMs.length}`
    const line = { timestamp: new Date().toISOString(), namespace: 'probe', pod_name: 'probe', message }
    await callOk('POST', broker.ingestUrl + path, { as: agent.pak, body: { logs: [line] } })
    const answeredMs = performance.now()
    onAnswered(message)
    while (!(await isReadable(broker.queryUrl + path, agent.pak, message))) await wait(pollMs)
    tookMs.push(performance.now() - answeredMs)
    await wait(1000 / probesPerSecond)
  }
  return tookMs
}

async function isReadable(url: string, as: string, message: string): Promise<boolean> {
  const page = await callOk('GET', `${url}?limit=1&total=none`, { as })
  return JSON.stringify(page['logs']).includes(`"${message}"`)
}

interface Latencies {
  answeredMs: number[]
  readableMs: number[]
  followedMs: number[]
}

function figuresOf({ answeredMs, readableMs, followedMs }: Latencies): Figure[] {
  const note = 'at half of the load that can be stored'
  const one = (id: string, title: string, values: number[], share: number) => ({
    id,
    title,
    unit: 'ms',
    values: [percentile(values, share)],
    note,
  })
  return [
    one('latency.answer.p50', '201 after, p50', answeredMs, 0.5),
    {
      ...one('latency.answer.p99', '201 after, p99', answeredMs, 0.99),
      bound: { is: 'at most', goal: 100, stretch: 30 },
    },
    one('latency.readable.p50', 'readable after the 201, p50', readableMs, 0.5),
    {
      ...one('latency.readable.p99', 'readable after the 201, p99', readableMs, 0.99),
      bound: { is: 'at most', goal: 1_000, stretch: 300 },
    },
    one('latency.followed.p50', 'seen by a follower after the 201, p50', followedMs, 0.5),
    {
      ...one('latency.followed.p99', 'seen by a follower after the 201, p99', followedMs, 0.99),
      bound: { is: 'at most', goal: 1_000, stretch: 300 },
    },
  ]
}
