import type { AgentStats, Stats } from '@logboom/contracts'
import type { Command } from 'commander'
import type { Session } from '../session.ts'
import { formatBytes, formatCount } from '../terminal/format-size.ts'
import { formatAgo, formatSpan } from '../terminal/format-time.ts'
import type { Column } from '../terminal/render-table.ts'
import { listFormatOption, printFacts, printJson, printList } from './print.ts'
import type { ListFormat } from './print.ts'

const agentsDefault = 10

export function addStats(program: Command, session: Session): void {
  program
    .command('stats')
    .summary('how much there is, how much comes, and what waits')
    .addOption(listFormatOption())
    .action(async ({ output }: { output: ListFormat }) => {
      const stats = await session.broker().get<Stats>('/api/v1/stats')
      const { terminal } = session
      if (output === 'json') return printJson(terminal, stats)
      await printFacts(terminal, factsOf(stats))
      const most = stats.per_agent.slice(0, agentsDefault)
      if (most.length > 0) await terminal.write('\n')
      await printList(terminal, most, {
        output,
        columns: columnsAt(Date.now()),
        none: 'there are no agents yet',
      })
      const others = stats.per_agent.length - most.length
      if (others > 0) terminal.note(`and ${formatCount(others)} more: \`logboom agents\` lists all\n`)
    })
}

function factsOf(stats: Stats): [string, string | null][] {
  const { queue } = stats
  const oldest = queue?.oldest_seconds ?? null
  return [
    ['lines', `${formatCount(stats.entries)} (${formatBytes(stats.bytes)})`],
    ['come in', `${formatCount(Math.round(stats.entries_per_minute))} a minute`],
    ['agents', formatCount(stats.agents)],
    ['gaps', formatCount(stats.gaps)],
    [
      'oldest line',
      stats.oldest_row_age_seconds === null ? null : `${formatSpan(stats.oldest_row_age_seconds)} old`,
    ],
    ['database', stats.database_bytes === null ? null : formatBytes(stats.database_bytes)],
    [
      'queue',
      queue &&
        `${formatCount(queue.waiting)} waiting, ${formatCount(queue.active)} active, ${formatCount(queue.failed)} failed`,
    ],
    ...(oldest === null
      ? []
      : ([['oldest batch', `${formatSpan(oldest)} old`]] satisfies [string, string][])),
  ]
}

function columnsAt(nowMs: number): Column<AgentStats>[] {
  return [
    { title: 'AGENT', of: ({ name }) => name },
    { title: 'CLUSTER', of: ({ cluster_name }) => cluster_name },
    { title: 'LINES', of: ({ entries }) => formatCount(entries), right: true },
    { title: 'SIZE', of: ({ bytes }) => formatBytes(bytes), right: true },
    {
      title: 'LINES/MIN',
      of: ({ entries_per_minute }) => formatCount(Math.round(entries_per_minute)),
      right: true,
    },
    { title: 'GAPS', of: ({ gaps }) => formatCount(gaps), right: true },
    { title: 'LAG', of: ({ lag_seconds }) => lag_seconds && formatSpan(lag_seconds), right: true },
    { title: 'LAST SEEN', of: ({ last_seen }) => formatAgo(last_seen, nowMs) },
  ]
}
