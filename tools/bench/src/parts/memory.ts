import { setTimeout as wait } from 'node:timers/promises'
import { callOk, memoryOf, untilDrained } from '@logboom/system'
import type { Figure } from '../figure.ts'
import { makeBatches } from '../make-batches.ts'
import { openBroker } from '../open-broker.ts'
import type { Broker } from '../open-broker.ts'
import type { Part, PartContext } from '../part.ts'
import { pushBatches } from '../push-batches.ts'
import { watchDepth } from '../watch-depth.ts'

const agents = 50
const watched = ['ingest', 'writer', 'query', 'retention'] as const
const names = {
  ingest: 'ingest-api',
  writer: 'writer-worker',
  query: 'query-api',
  retention: 'retention-worker',
}
const sampleMs = 5_000
/** Made between pushes: so few that the pause is short. */
const batchesAtOnce = 25
const readMs = 200
/** Lines go soon, so that the soak needs no disk and retention has work. */
const retention = { retention_seconds: 60, partition_seconds: 10 }
const mebibyte = 2 ** 20

/** Bytes now, and the most so far. */
type Sample = Record<(typeof watched)[number], ReturnType<typeof memoryOf>>

/** Full load, readers and retention together for 20 minutes: what each process holds, and whether it grows. */
export const memory: Part = async (context) => {
  const minutes = context.options.quick ? 1 : 20
  const broker = await openBroker(agents)
  try {
    await callOk('PUT', `${broker.ingestUrl}/api/v1/retention/classes/default`, {
      as: broker.admin,
      body: retention,
    })
    const over = new AbortController()
    const endsMs = performance.now() + minutes * 60_000
    const side = Promise.all([sampleMemory(broker, over.signal), readAlong(broker, over.signal)])
    const entries = await pushUntil(broker, endsMs, minutes, context)
    over.abort()
    const [samples, reads] = await side
    await expectAllStored(broker, entries)
    return { figures: figuresOf(samples), details: { samples, entries, reads } }
  } finally {
    await broker.close()
  }
}

async function pushUntil(
  broker: Broker,
  endsMs: number,
  minutes: number,
  { progress }: PartContext,
): Promise<number> {
  const watch = watchDepth(broker.lookRedis)
  let entries = 0
  progress.step(`memory: full load, readers and retention for ${minutes} min`)
  while (performance.now() < endsMs) {
    const batches = makeBatches({ batches: batchesAtOnce, agents, spanMs: 1_000, fromMs: Date.now() - 1_000 })
    const { ingestUrl: url, agents: accounts } = broker
    await pushBatches({ url, agents: accounts, batches, holdBack: () => watch.now() > 100 })
    entries += batchesAtOnce * 1_000
    progress.now(
      `${(entries / 1e6).toFixed(1)} M entries, ${Math.ceil((endsMs - performance.now()) / 60_000)} min to go`,
    )
  }
  await watch.stop()
  await untilDrained(broker.lookRedis)
  return entries
}

async function sampleMemory(broker: Broker, signal: AbortSignal): Promise<Sample[]> {
  const samples: Sample[] = []
  const [writer] = broker.writers
  while (!signal.aborted) {
    await wait(sampleMs)
    const now = ({ pid }: { pid: number }) => memoryOf(pid)
    samples.push({
      ingest: now(broker.ingest),
      writer: now(writer),
      query: now(broker.query),
      retention: now(broker.retention),
    })
  }
  return samples
}

/** Pages of a thousand, of one agent after the other. */
async function readAlong(broker: Broker, signal: AbortSignal): Promise<number> {
  let reads = 0
  for (; !signal.aborted; reads += 1) {
    const { id } = broker.agents[reads % broker.agents.length] ?? { id: '' }
    await callOk('GET', `${broker.queryUrl}/api/v1/agents/${id}/logs?limit=1000`, { as: broker.admin })
    await wait(readMs)
  }
  return reads
}

/** The rows themselves are gone by now: what the writers counted must be what was accepted. */
async function expectAllStored(broker: Broker, entries: number): Promise<void> {
  const [writer] = broker.writers
  const stored = (await writer.metrics()).sum('logboom_entries_total', { fate: 'stored' })
  if (stored !== entries)
    throw new Error(`${entries} entries were accepted, ${stored} stored: this run is void`)
}

function figuresOf(samples: Sample[]): Figure[] {
  const quarter = Math.max(1, Math.floor(samples.length / 4))
  const mean = (some: Sample[], name: keyof Sample) =>
    some.reduce((sum, one) => sum + one[name].now, 0) / some.length
  return watched.flatMap((name) => [
    {
      id: `memory.${name}`,
      title: `memory of ${names[name]} at full load, most`,
      unit: 'MiB',
      values: [Math.max(...samples.map((one) => one[name].peak)) / mebibyte],
    },
    {
      id: `memory.${name}.growth`,
      title: `its last quarter over its second`,
      unit: '',
      values: [mean(samples.slice(-quarter), name) / mean(samples.slice(quarter, quarter * 2), name)],
      bound: { is: 'at most' as const, goal: 1.15 },
    },
  ])
}
