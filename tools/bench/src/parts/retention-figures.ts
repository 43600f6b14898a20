import type { Figure } from '../figure.ts'
import type { Drop } from './measure-drops.ts'
import type { RetentionRuns } from './retention.ts'

export function retentionFigures(runs: RetentionRuns): Figure[] {
  return [...dropFigures(runs), ...beside(runs), ...deleteFigures(runs), ...readerFigures(runs)]
}

function dropFigures({ drops, sizes }: RetentionRuns): Figure[] {
  const of = (rows: number, value: (drop: Drop) => number) =>
    drops.filter((drop) => drop.rows === rows).map(value)
  const took = ({ detachMs, dropMs }: Drop) => detachMs + dropMs
  return [
    {
      id: 'retention.drop',
      title: `retention: a partition of ${sizes.large.toLocaleString('en-US')} rows, detached and dropped`,
      unit: 'ms',
      values: of(sizes.large, took),
      bound: { is: 'at most', goal: 500 },
    },
    {
      id: 'retention.drop.small',
      title: `the same, ${sizes.small.toLocaleString('en-US')} rows`,
      unit: 'ms',
      values: of(sizes.small, took),
    },
    {
      id: 'retention.drop.held',
      title: 'the longest that a writer waits for the table meanwhile',
      unit: 'ms',
      values: drops.map(({ heldMs }) => heldMs),
      bound: { is: 'at most', goal: 50 },
    },
  ]
}

function beside({ rounds, sizes }: RetentionRuns): Figure[] {
  const note = `${sizes.leavesUnderLoad} partitions of ${sizes.underLoad.toLocaleString('en-US')} rows go, beside ingest at a third of its most`
  return [
    {
      id: 'retention.answer_rise',
      title: '201 p99 while partitions go, over without',
      unit: '×',
      values: rounds.map(({ dropping, calm }) => dropping.answerP99Ms / calm.answerP99Ms),
      bound: { is: 'at most', goal: 2 },
      note,
    },
    {
      id: 'retention.commit_rise',
      title: '201 → committed p99 while partitions go, over without',
      unit: '×',
      values: rounds.map(({ dropping, calm }) => dropping.commitP99Ms / calm.commitP99Ms),
      bound: { is: 'at most', goal: 2 },
      note,
    },
    {
      id: 'retention.calm',
      title: '201 p99 without',
      unit: 'ms',
      values: rounds.map(({ calm }) => calm.answerP99Ms),
    },
    {
      id: 'retention.calm_commit',
      title: '201 → committed p99 without',
      unit: 'ms',
      values: rounds.map(({ calm }) => calm.commitP99Ms),
    },
  ]
}

function deleteFigures({ rounds }: RetentionRuns): Figure[] {
  return [
    {
      id: 'retention.delete',
      title: 'retention: rows deleted in batches, idle',
      unit: '/s',
      values: rounds.map(({ idleDeletes }) => idleDeletes.rowsPerSecond),
      bound: { is: 'at least', goal: 200_000 },
    },
    {
      id: 'retention.delete.beside',
      title: 'the same beside ingest at a third of its most',
      unit: '/s',
      values: rounds.map(({ deleting }) => deleting.deletes.rowsPerSecond),
    },
    {
      id: 'retention.delete.ingest',
      title: 'ingest’s rate meanwhile, over without',
      unit: '×',
      values: rounds.map(({ deleting, calm }) => deleting.load.entriesPerSecond / calm.entriesPerSecond),
      bound: { is: 'at least', goal: 0.95 },
    },
    {
      id: 'retention.delete.answer_rise',
      title: '201 p99 meanwhile, over without',
      unit: '×',
      values: rounds.map(({ deleting, calm }) => deleting.load.answerP99Ms / calm.answerP99Ms),
    },
    {
      id: 'retention.delete.commit_rise',
      title: '201 → committed p99 meanwhile, over without',
      unit: '×',
      values: rounds.map(({ deleting, calm }) => deleting.load.commitP99Ms / calm.commitP99Ms),
    },
  ]
}

function readerFigures({ rounds }: RetentionRuns): Figure[] {
  return [
    {
      id: 'retention.reader.answer_rise',
      title: 'retention beside an open reader: 201 p99, over without',
      unit: '×',
      values: rounds.map(({ reader, calm }) => reader.load.answerP99Ms / calm.answerP99Ms),
      bound: { is: 'at most', goal: 2 },
    },
    {
      id: 'retention.reader.gap',
      title: 'the longest between two commits meanwhile',
      unit: 'ms',
      values: rounds.map(({ reader }) => reader.load.longestGapMs),
      bound: { is: 'at most', goal: 500 },
    },
    {
      id: 'retention.calm_gap',
      title: 'the longest between two commits without retention',
      unit: 'ms',
      values: rounds.map(({ calm }) => calm.longestGapMs),
    },
    {
      id: 'retention.reader.gone',
      title: 'from the reader’s end until the partitions are gone',
      unit: 'ms',
      values: rounds.map(({ reader }) => reader.goneAfterMs),
      bound: { is: 'at most', goal: 1_500 },
      note: 'a run every 600 ms; in production what was held is tried every second',
    },
  ]
}
