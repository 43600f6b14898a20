import { until } from '@logboom/servers'
import { untilDrained } from '@logboom/system'
import type { Role } from '@logboom/system'
import type { Figure } from '../figure.ts'
import { makeBatches } from '../make-batches.ts'
import type { Broker } from '../open-broker.ts'
import type { PartContext } from '../part.ts'
import { pushBatches } from '../push-batches.ts'
import { emptyTables, expectRows } from '../stored-rows.ts'
import { watchDepth } from '../watch-depth.ts'

const count = 300

/** How much faster a full queue is drained by two writers than by one, each with one connection. */
export async function measureWriters(broker: Broker, { progress }: PartContext): Promise<Figure> {
  const [first] = broker.writers
  await first.stop()
  // a port of its own for each: the first one's would be answered by whoever has it
  const { OPS_PORT: _taken, ...told } = first.env
  const env = { ...told, WRITER_CONCURRENCY: '1' }
  const writers = [
    await broker.startRole({ app: 'writer-worker', name: 'lone-writer-1', env }),
    await broker.startRole({ app: 'writer-worker', name: 'lone-writer-2', env }),
  ]
  await Promise.all(writers.map((writer) => writer.stop()))
  const values: number[] = []
  for (let run = 1; run <= 3; run += 1) {
    progress.step(`ingest: one writer, then two, run ${run} of 3`)
    const alone = await measureDrain(broker, writers.slice(0, 1))
    values.push((await measureDrain(broker, writers)) / alone)
  }
  await first.restart()
  return {
    id: 'ingest.writers',
    title: 'two writers over one, each with one connection',
    unit: '',
    values,
    bound: { is: 'at least', goal: 1.5 },
  }
}

/** Batches per second from the first that is done to the last; the queue is full when the writers begin. */
async function measureDrain(broker: Broker, writers: readonly Role[]): Promise<number> {
  await emptyTables(broker.pool)
  const batches = makeBatches({ batches: count, spanMs: count * 15, fromMs: Date.now() - count * 15 })
  await pushBatches({ url: broker.ingestUrl, agents: broker.agents, batches })
  const watch = watchDepth(broker.lookRedis)
  await Promise.all(writers.map((writer) => writer.restart()))
  await untilDrained(broker.lookRedis)
  await until(() => watch.now() === 0, { what: 'a look at the empty queue' })
  await watch.stop()
  await Promise.all(writers.map((writer) => writer.stop()))
  await expectRows(broker.pool, count * 1_000)
  // from where both have surely begun
  const begun = watch.samples.find(({ jobs }) => jobs < count * 0.9)
  const done = watch.samples.find(({ jobs }) => jobs === 0)
  if (!begun || !done) throw new Error('the queue was drained before anybody looked')
  return (begun.jobs * 1000) / (done.ms - begun.ms)
}
