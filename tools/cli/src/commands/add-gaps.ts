import type { StoredGap } from '@logboom/contracts'
import type { Command } from 'commander'
import { readAgentNames } from '../broker/agent-names.ts'
import { findAgentId } from '../broker/find-agent.ts'
import { collect, listAll } from '../broker/list-all.ts'
import { queryOf } from '../broker/query-of.ts'
import { countOption } from '../logs/filter-options.ts'
import type { Session } from '../session.ts'
import { formatCount } from '../terminal/format-size.ts'
import { formatTime } from '../terminal/format-time.ts'
import type { Column } from '../terminal/render-table.ts'
import { listFormatOption, printList } from './print.ts'
import type { ListFormat } from './print.ts'

interface GapsOptions {
  agent?: string
  namespace?: string
  pod?: string
  container?: string
  reason?: string
  since?: string
  until?: string
  limit: number
  utc?: true
  output: ListFormat
}

export function addGaps(program: Command, session: Session): void {
  program
    .command('gaps')
    .summary('what is known to be missing')
    .option('-a, --agent <name>', 'of this agent')
    .option('-n, --namespace <name>', 'of this namespace')
    .option('--pod <name>', 'of pods whose name begins so')
    .option('-c, --container <name>', 'of this container')
    .option('--reason <code>', 'for this reason, as rotated or rate_limit')
    .option('-s, --since <time>', 'that end then or later')
    .option('-u, --until <time>', 'that begin before then')
    .option('--limit <n>', 'at most so many', countOption, 100)
    .option('--utc', 'times in UTC')
    .addOption(listFormatOption())
    .action((options: GapsOptions) => listGaps(session, options))
}

async function listGaps(session: Session, options: GapsOptions): Promise<void> {
  const broker = session.broker()
  const query = queryOf({
    agent_id: options.agent === undefined ? undefined : await findAgentId(broker, options.agent),
    namespace: options.namespace,
    pod_name: options.pod,
    container_name: options.container,
    reason: options.reason,
    since: options.since,
    until: options.until,
  })
  const gaps = await collect(listAll<StoredGap>(broker, '/api/v1/gaps', 'gaps', query), options.limit)
  const names = await readAgentNames(broker)
  const zone = options.utc ? 'utc' : 'local'
  const columns: Column<StoredGap>[] = [
    { title: 'FROM', of: ({ from }) => formatTime(from, zone) },
    { title: 'TO', of: ({ to }) => formatTime(to, zone) },
    {
      title: 'LINES',
      of: ({ lines, exact }) => lines && `${exact ? '' : '~'}${formatCount(lines)}`,
      right: true,
    },
    { title: 'REASON', of: ({ reason }) => reason },
    { title: 'AGENT', of: ({ agent_id }) => names.of(agent_id) },
    {
      title: 'STREAM',
      of: (gap) =>
        [gap.namespace, gap.pod_name, gap.container_name].filter((part) => part !== null).join('/'),
    },
  ]
  await printList(session.terminal, gaps, {
    output: options.output,
    columns,
    none: 'nothing is known to be missing',
  })
}
