import type { Receipt, RetentionPreview, RetentionReport } from '@logboom/contracts'
import type { Command } from 'commander'
import { readAgentNames } from '../broker/agent-names.ts'
import { collect, listAll } from '../broker/list-all.ts'
import { queryOf } from '../broker/query-of.ts'
import { countOption } from '../logs/filter-options.ts'
import type { Session } from '../session.ts'
import { formatCount } from '../terminal/format-size.ts'
import { formatAgo, formatSpan } from '../terminal/format-time.ts'
import type { Column } from '../terminal/render-table.ts'
import { addAssign, addClasses, assignmentColumns, classColumns } from './add-retention-classes.ts'
import { addVerify } from './add-verify.ts'
import { listFormatOption, printFacts, printJson, printList } from './print.ts'
import type { ListFormat } from './print.ts'

export type Report = (typeof RetentionReport)['_output']

export function addRetention(program: Command, session: Session): void {
  const retention = program
    .command('retention')
    .summary('how long lines are kept, and the proof that they are gone')
  addShow(retention, session)
  addPreview(retention, session)
  addReceipts(retention, session)
  addVerify(retention, session)
  addClasses(retention, session)
  addAssign(retention, session)
}

function addShow(retention: Command, session: Session): void {
  retention
    .command('show', { isDefault: true })
    .summary('the policy in force, and the next run (the default)')
    .addOption(listFormatOption())
    .action(async ({ output }: { output: ListFormat }) => {
      const { terminal } = session
      const broker = session.broker()
      const report = await broker.get<Report>('/api/v1/retention')
      if (output === 'json') return printJson(terminal, report)
      await printFacts(terminal, factsOf(report, Date.now()))
      await terminal.write('\n')
      await printList(terminal, report.classes, { output, columns: classColumns, none: '' })
      if (report.assignments.length === 0) return
      const names = await readAgentNames(broker)
      await terminal.write('\n')
      await printList(terminal, report.assignments, { output, columns: assignmentColumns(names), none: '' })
    })
}

function factsOf(report: Report, nowMs: number): [string, string | number | null][] {
  const bound = (rows: number | null) => (rows === 0 ? 'none' : rows && `${formatCount(rows)} lines`)
  const { cleanup_interval_seconds: interval, oldest_row_age_seconds: oldest, next_run_at: next } = report
  const untilNext = next === null ? null : (Date.parse(next) - nowMs) / 1_000
  return [
    ['last run', formatAgo(report.last_run_at, nowMs)],
    ['next run', untilNext && (untilNext <= 0 ? 'now' : `in ${formatSpan(untilNext)}`)],
    ['runs every', interval && formatSpan(interval)],
    ['oldest line', oldest === null ? null : `${formatSpan(oldest)} old`],
    ['most per agent', bound(report.max_logs_per_agent)],
    ['most per deployment', bound(report.max_logs_per_deployment)],
  ]
}

function addPreview(retention: Command, session: Session): void {
  retention
    .command('preview')
    .summary('what a run would delete now')
    .addOption(listFormatOption())
    .action(async ({ output }: { output: ListFormat }) => {
      const { terminal } = session
      const preview = await session.broker().send<RetentionPreview>('POST', '/api/v1/retention/preview')
      if (output === 'json') return printJson(terminal, preview)
      const items = [
        ...preview.partitions.map(({ partition, rows }) => ['drop the partition', partition, rows] as const),
        ...preview.rows.map(({ partition, rows }) => ['delete rows of', partition, rows] as const),
        ...preview.bounds.map(({ kind, subject, rows }) => [`bound (${kind})`, subject, rows] as const),
      ]
      const columns: Column<(typeof items)[number]>[] = [
        { title: 'WHAT', of: ([what]) => what },
        { title: 'OF', of: ([, of]) => of },
        { title: 'LINES', of: ([, , rows]) => formatCount(rows), right: true },
      ]
      await printList(terminal, items, { output, columns, none: 'a run would delete nothing now' })
      if (items.length > 0) terminal.note(`${formatCount(preview.total_rows)} lines in all\n`)
    })
}

function addReceipts(retention: Command, session: Session): void {
  retention
    .command('receipts')
    .summary('what was deleted, the newest first')
    .option('--kind <kind>', 'of this kind, as partition_dropped')
    .option('--class <name>', 'of this retention class')
    .option('--limit <n>', 'at most so many', countOption, 50)
    .addOption(listFormatOption())
    .action(async (options: { kind?: string; class?: string; limit: number; output: ListFormat }) => {
      const query = queryOf({ kind: options.kind, retention_class: options.class })
      const all = listAll<Receipt>(session.broker(), '/api/v1/retention/receipts', 'receipts', query)
      const receipts = await collect(all, options.limit)
      const columns: Column<Receipt>[] = [
        { title: 'NO', of: ({ number }) => number, right: true },
        { title: 'DELETED', of: ({ deleted_at }) => formatAgo(deleted_at, Date.now()) },
        { title: 'KIND', of: ({ kind }) => kind },
        { title: 'LINES', of: ({ rows }) => formatCount(rows), right: true },
        { title: 'CLASS', of: ({ retention_class }) => retention_class },
        { title: 'OF', of: ({ subject }) => subject },
      ]
      await printList(session.terminal, receipts, {
        output: options.output,
        columns,
        none: 'nothing was deleted yet',
      })
    })
}
