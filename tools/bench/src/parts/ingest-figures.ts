import type { Figure } from '../figure.ts'
import { processNames } from '../open-broker.ts'
import type { IngestRun } from './measure-ingest.ts'

type Values = (value: (run: IngestRun) => number) => number[]

export function ingestFigures(runs: readonly IngestRun[]): Figure[] {
  const of: Values = (value) => runs.map(value)
  return [...rateFigures(of), ...cpuFigures(of), ...byteFigures(of)]
}

function rateFigures(of: Values): Figure[] {
  return [
    {
      id: 'ingest.share_of_copy',
      title: 'stored entries/s over bare COPY’s rows/s',
      unit: '',
      values: of((run) => run.entriesPerSecond / run.limit.rowsPerSecond),
      bound: { is: 'at least', goal: 0.6, stretch: 0.8 },
      note: 'Bare COPY: the same rows into the same table and indexes on two connections, the rest of the machine idle; 1000 rows of text a COPY, or, as the writers do it, 16 000 in binary',
    },
    {
      id: 'ingest.share_of_limit',
      title: 'the same over the best COPY’s',
      unit: '',
      values: of((run) => run.entriesPerSecond / run.bestLimit.rowsPerSecond),
    },
    { id: 'ingest.rate', title: 'stored entries', unit: '/s', values: of((run) => run.entriesPerSecond) },
    { id: 'ingest.copy_rate', title: 'bare COPY', unit: '/s', values: of((run) => run.limit.rowsPerSecond) },
    {
      id: 'ingest.limit',
      title: 'the best COPY',
      unit: '/s',
      values: of((run) => run.bestLimit.rowsPerSecond),
    },
    {
      id: 'ingest.copy_cpu',
      title: 'bare COPY: PostgreSQL per row',
      unit: 'µs',
      values: of((run) => run.limit.cpuPerRow),
    },
    {
      id: 'ingest.depth',
      title: 'batches in the queue, mean over the run',
      unit: '',
      values: of(({ depth }) => depth.reduce((sum, { jobs }) => sum + jobs, 0) / depth.length),
    },
  ]
}

const writePath = ['ingest-api', 'writer-worker', 'PostgreSQL', 'Redis'] as const

function cpuFigures(of: Values): Figure[] {
  return [
    {
      id: 'ingest.cpu',
      title: 'processor time per entry: all of the write path',
      unit: 'µs',
      values: of((run) => writePath.reduce((sum, name) => sum + run.cpu[name], 0)),
      bound: { is: 'at most', goal: 18, stretch: 12 },
    },
    ...processNames.map((name) => ({
      id: `ingest.cpu.${name}`,
      title: `of these, ${name}`,
      unit: 'µs',
      values: of((run) => run.cpu[name]),
    })),
  ]
}

function byteFigures(of: Values): Figure[] {
  return [
    {
      id: 'ingest.bytes',
      title: 'bytes per entry on disk',
      unit: 'B',
      values: of(({ bytes }) => (bytes.heap + bytes.indexes) / bytes.rows),
      bound: { is: 'at most', goal: 420, stretch: 350 },
    },
    {
      id: 'ingest.bytes.indexes',
      title: 'of these, indexes',
      unit: 'B',
      values: of(({ bytes }) => bytes.indexes / bytes.rows),
    },
    {
      id: 'ingest.wal',
      title: 'bytes per entry of write-ahead log',
      unit: 'B',
      values: of((run) => run.walPerEntry),
      bound: { is: 'at most', goal: 600, stretch: 450 },
    },
  ]
}
