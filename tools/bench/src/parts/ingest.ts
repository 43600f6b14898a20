import type { Figure } from '../figure.ts'
import { openBroker, processNames } from '../open-broker.ts'
import type { Part } from '../part.ts'
import { measureIngest } from './measure-ingest.ts'
import type { IngestRun } from './measure-ingest.ts'

const agents = 50

/** The write path at full load, against what PostgreSQL takes by bare COPY in the same run. */
export const ingest: Part = async ({ options, progress }) => {
  const runs = options.quick ? 3 : 5
  const batches = options.quick ? 100 : 600
  const broker = await openBroker(agents)
  try {
    progress.step(`ingest: warming up`)
    await measureIngest(broker, { batches: Math.ceil(batches / 3) })
    const measured: IngestRun[] = []
    for (let run = 1; run <= runs; run += 1) {
      progress.step(`ingest: run ${run} of ${runs}, ${batches * 1000} entries`)
      const one = await measureIngest(broker, { batches })
      measured.push(one)
      progress.step(`ingest: ${describe(one)}`)
    }
    return { figures: figuresOf(measured), details: { runs: measured } }
  } finally {
    await broker.close()
  }
}

function describe({ entriesPerSecond, limit, cpu }: IngestRun): string {
  const parts = processNames.map((name) => `${name} ${cpu[name].toFixed(1)}`).join(', ')
  return `${thousands(entriesPerSecond)} entries/s, bare COPY ${thousands(limit.rowsPerSecond)} (${limit.cpuPerRow.toFixed(1)} µs); µs per entry: ${parts}`
}

function thousands(value: number): string {
  return `${(value / 1000).toFixed(1)}k`
}

function figuresOf(runs: IngestRun[]): Figure[] {
  const of = (value: (run: IngestRun) => number) => runs.map(value)
  const path = ['ingest-api', 'writer-worker', 'PostgreSQL', 'Redis'] as const
  const perRow = (value: number, { bytes }: IngestRun) => value / bytes.rows
  return [
    {
      id: 'ingest.share_of_copy',
      title: 'stored entries/s over bare COPY’s rows/s',
      unit: '',
      values: of((run) => run.entriesPerSecond / run.limit.rowsPerSecond),
      bound: { is: 'at least', goal: 0.6, stretch: 0.8 },
    },
    { id: 'ingest.rate', title: 'stored entries', unit: '/s', values: of((run) => run.entriesPerSecond) },
    { id: 'ingest.copy_rate', title: 'bare COPY', unit: '/s', values: of((run) => run.limit.rowsPerSecond) },
    {
      id: 'ingest.cpu',
      title: 'processor time per entry, the four of the write path',
      unit: 'µs',
      values: of((run) => path.reduce((sum, name) => sum + run.cpu[name], 0)),
      bound: { is: 'at most', goal: 18, stretch: 12 },
    },
    ...processNames.map((name) => ({
      id: `ingest.cpu.${name}`,
      title: `processor time per entry: ${name}`,
      unit: 'µs',
      values: of((run) => run.cpu[name]),
    })),
    {
      id: 'ingest.bytes',
      title: 'bytes per entry on disk',
      unit: 'B',
      values: of((run) => perRow(run.bytes.heap + run.bytes.indexes, run)),
      bound: { is: 'at most', goal: 420, stretch: 350 },
    },
    {
      id: 'ingest.bytes.indexes',
      title: 'of these, indexes',
      unit: 'B',
      values: of((run) => perRow(run.bytes.indexes, run)),
    },
    {
      id: 'ingest.wal',
      title: 'bytes per entry of write-ahead log',
      unit: 'B',
      values: of((run) => run.walPerEntry),
      bound: { is: 'at most', goal: 600, stretch: 450 },
    },
    {
      id: 'ingest.depth',
      title: 'batches in the queue, mean over the run',
      unit: '',
      values: of(({ depth }) => depth.reduce((sum, { jobs }) => sum + jobs, 0) / depth.length),
    },
  ]
}
