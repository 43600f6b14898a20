import type { Figure } from '../figure.ts'
import { makeBatches } from '../make-batches.ts'
import { openBroker } from '../open-broker.ts'
import type { Part } from '../part.ts'
import { measureIngest } from './measure-ingest.ts'
import { loki, measureRival, victoriaLogs } from './measure-rival.ts'
import type { Rival, RivalRun } from './measure-rival.ts'

const batches = 600
const runs = 3

/** What users would pick instead, given the same lines in the same batches over the same four connections. */
export const rivals: Part = async ({ options, progress }) => {
  const given: [Rival, string][] = []
  if (options.loki !== undefined) given.push([loki, options.loki])
  if (options.victorialogs !== undefined) given.push([victoriaLogs, options.victorialogs])
  const figures: Figure[] = []
  const ours: number[] = []
  const broker = await openBroker(50)
  try {
    await measureIngest(broker, { batches: 200 })
    for (let run = 1; run <= runs; run += 1) {
      progress.step(`rivals: Logboom, run ${run} of ${runs}`)
      ours.push((await measureIngest(broker, { batches })).entriesPerSecond)
    }
  } finally {
    await broker.close()
  }
  for (const [rival, path] of given) {
    const measured: RivalRun[] = []
    for (let run = 1; run <= runs; run += 1) {
      progress.step(`rivals: ${rival.name}, run ${run} of ${runs}`)
      const lines = makeBatches({ batches, spanMs: batches * 15, fromMs: Date.now() - batches * 15 })
      measured.push(await measureRival(rival, path, lines))
    }
    figures.push(...figuresOf(rival, measured, ours))
  }
  return { figures }
}

function figuresOf({ id, name }: Rival, measured: RivalRun[], ours: number[]): Figure[] {
  const of = (value: (run: RivalRun, index: number) => number) => measured.map(value)
  return [
    {
      id: `rivals.${id}.share`,
      title: `our stored entries/s over ${name}’s accepted lines/s`,
      unit: '',
      values: of((run, index) => (ours[index] ?? 0) / run.linesPerSecond),
      note: 'ours are on disk before they are answered, theirs are not',
    },
    { id: `rivals.${id}.rate`, title: `${name}: lines`, unit: '/s', values: of((run) => run.linesPerSecond) },
    {
      id: `rivals.${id}.cpu`,
      title: `${name}: processor time per line`,
      unit: 'µs',
      values: of((run) => run.cpuPerLine),
    },
    {
      id: `rivals.${id}.memory`,
      title: `${name}: memory, most`,
      unit: 'MiB',
      values: of((run) => run.peakBytes / 2 ** 20),
    },
  ]
}
