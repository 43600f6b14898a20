import type { AgentStats, AgentWithProgress, Stats } from '@logboom/contracts'
import { Option } from 'commander'
import type { Command } from 'commander'
import { findAgentId } from '../broker/find-agent.ts'
import { collect, listAll } from '../broker/list-all.ts'
import type { Broker, Query } from '../broker/open-broker.ts'
import { queryOf } from '../broker/query-of.ts'
import { CliError } from '../cli-error.ts'
import type { Session } from '../session.ts'
import { formatBytes, formatCount } from '../terminal/format-size.ts'
import { formatAgo, formatSpan } from '../terminal/format-time.ts'
import type { Column } from '../terminal/render-table.ts'
import { addCreate, addDelete, addUpdate } from './change-agents.ts'
import { listFormatOption, printFacts, printJson, printList } from './print.ts'
import type { ListFormat } from './print.ts'

type ListedAgent = AgentWithProgress & { stats: AgentStats | null }

export function addAgents(program: Command, session: Session): void {
  const agents = program.command('agents').alias('agent').summary('who sends lines, and how far they are')
  addList(agents, session)
  addShow(agents, session)
  addCreate(agents, session)
  addUpdate(agents, session)
  addDelete(agents, session)
}

function addList(agents: Command, session: Session): void {
  agents
    .command('list', { isDefault: true })
    .summary('all agents (the default)')
    .option('--name <name>', 'only of this name')
    .option('--cluster <name>', 'only of this cluster')
    .addOption(new Option('--status <status>', 'only of this status').choices(['ACTIVE', 'INACTIVE']))
    .addOption(listFormatOption())
    .action(async ({ output, name, cluster, status }: Record<string, string> & { output: ListFormat }) => {
      const broker = session.broker()
      const query = queryOf({ name, cluster_name: cluster, status })
      const items = await readAgents(broker, query)
      const none = 'there is no such agent: `logboom agents create NAME --cluster CLUSTER` makes one'
      await printList(session.terminal, items, { output, columns: columnsAt(Date.now()), none })
    })
}

function columnsAt(nowMs: number): Column<ListedAgent>[] {
  return [
    { title: 'NAME', of: ({ name }) => name },
    { title: 'CLUSTER', of: ({ cluster_name }) => cluster_name },
    { title: 'STATUS', of: ({ status }) => status },
    { title: 'LAST SEEN', of: ({ last_seen }) => formatAgo(last_seen, nowMs) },
    { title: 'LAG', of: ({ lag_seconds }) => lag_seconds && formatSpan(lag_seconds), right: true },
    {
      title: 'LINES/MIN',
      of: ({ stats }) => stats && formatCount(Math.round(stats.entries_per_minute)),
      right: true,
    },
    { title: 'LINES', of: ({ stats }) => stats && formatCount(stats.entries), right: true },
    { title: 'GAPS', of: ({ stats }) => stats && formatCount(stats.gaps), right: true },
    { title: 'ID', of: ({ id }) => id },
  ]
}

/** By name; with their figures, where the key may see them. */
async function readAgents(broker: Broker, query: Query): Promise<ListedAgent[]> {
  const [agents, figures] = await Promise.all([
    collect(listAll<AgentWithProgress>(broker, '/api/v1/agents', 'agents', query)),
    readFigures(broker),
  ])
  return agents
    .map((agent) => ({ ...agent, stats: figures.get(agent.id) ?? null }))
    .toSorted((a, b) => a.name.localeCompare(b.name) || a.cluster_name.localeCompare(b.cluster_name))
}

async function readFigures(broker: Broker): Promise<Map<string, AgentStats>> {
  try {
    const { per_agent } = await broker.get<Stats>('/api/v1/stats')
    return new Map(per_agent.map((stats) => [stats.agent_id, stats]))
  } catch (error) {
    // an overview without figures is better than none
    if (error instanceof CliError) return new Map()
    throw error
  }
}

function addShow(agents: Command, session: Session): void {
  agents
    .command('show')
    .summary('one agent, with its limits')
    .argument('<agent>', 'its name, cluster/name, or id')
    .addOption(listFormatOption())
    .action(async (named: string, { output }: { output: ListFormat }) => {
      const broker = session.broker()
      const id = await findAgentId(broker, named)
      const path = `/api/v1/agents/${id}`
      const [agent, limits, figures] = await Promise.all([
        broker.get<AgentWithProgress>(path),
        broker.get<Record<string, unknown>>(`${path}/limits`),
        readFigures(broker),
      ])
      const stats = figures.get(id)
      if (output === 'json') return printJson(session.terminal, { ...agent, limits_in_force: limits, stats })
      await printFacts(session.terminal, factsOf(agent, limits, stats))
    })
}

function factsOf(
  agent: AgentWithProgress,
  limits: Record<string, unknown>,
  stats: AgentStats | undefined,
): [string, string | null][] {
  const numbers = Object.entries(limits).filter(([, value]) => typeof value === 'number')
  return [
    ['name', agent.name],
    ['cluster', agent.cluster_name],
    ['id', agent.id],
    ['status', agent.status],
    ['version', agent.version],
    ['last seen', formatAgo(agent.last_seen, Date.now())],
    ['complete until', agent.complete_until],
    ['lag', agent.lag_seconds === null ? null : formatSpan(agent.lag_seconds)],
    ...(stats
      ? ([
          [
            'lines',
            `${formatCount(stats.entries)} (${formatBytes(stats.bytes)}), ${formatCount(Math.round(stats.entries_per_minute))}/min`,
          ],
          ['gaps', formatCount(stats.gaps)],
        ] satisfies [string, string][])
      : []),
    [
      'labels',
      Object.entries(agent.labels)
        .map((pair) => pair.join('='))
        .join(', ') || null,
    ],
    ['created', agent.created_at],
    ...numbers.map(([name, value]): [string, string] => [
      name.replaceAll('_', ' '),
      `${formatCount(Number(value))}${name in agent.limits ? ' (of its own)' : ''}`,
    ]),
  ]
}
