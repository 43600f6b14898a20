import type { Agent } from '@logboom/contracts'
import { Option } from 'commander'
import type { Command } from 'commander'
import { findAgentId } from '../broker/find-agent.ts'
import { usageError } from '../cli-error.ts'
import { pairList } from '../logs/filter-options.ts'
import type { Session } from '../session.ts'

export function addCreate(agents: Command, session: Session): void {
  agents
    .command('create')
    .summary('register an agent; prints its id')
    .argument('<name>')
    .requiredOption('--cluster <name>', 'the cluster it reads')
    .option('--label <key=value>', 'repeatable', pairList)
    .option('--limit <name=number>', 'a limit of its own, as max_logs=1000000; repeatable', pairList)
    .action(
      async (
        name: string,
        { cluster, label = [], limit = [] }: { cluster: string; label?: string[]; limit?: string[] },
      ) => {
        const body = { name, cluster_name: cluster, labels: pairsOf(label), limits: numbersOf(limit) }
        const { id } = await session.broker().send<Agent>('POST', '/api/v1/agents', body)
        await session.terminal.write(`${id}\n`)
        session.terminal.note(`registered; a key for it: logboom keys issue --agent ${id}\n`)
      },
    )
}

interface UpdateOptions {
  name?: string
  cluster?: string
  status?: string
  label?: string[]
  limit?: string[]
  defaultLimits?: true
}

export function addUpdate(agents: Command, session: Session): void {
  agents
    .command('update')
    .summary('change an agent')
    .argument('<agent>', 'its name, cluster/name, or id')
    .option('--name <name>', 'its new name')
    .option('--cluster <name>', 'its new cluster')
    .addOption(new Option('--status <status>').choices(['ACTIVE', 'INACTIVE']))
    .option('--label <key=value>', 'replaces all labels; repeatable', pairList)
    .option(
      '--limit <name=number>',
      'a limit of its own, besides those that it has; repeatable',
      pairList,
      [],
    )
    .option('--default-limits', 'without limits of its own')
    .action(async (named: string, options: UpdateOptions) => {
      const broker = session.broker()
      const path = `/api/v1/agents/${await findAgentId(broker, named)}`
      const { limits } = options.limit ? await broker.get<Agent>(path) : { limits: {} }
      const body = changesOf(options, limits)
      if (Object.keys(body).length === 0) throw usageError('nothing to change is given: see --help')
      const agent = await broker.send<Agent>('PATCH', path, body)
      session.terminal.note(`changed ${agent.cluster_name}/${agent.name}\n`)
    })
}

function changesOf(options: UpdateOptions, limits: Agent['limits']): Record<string, unknown> {
  const { name, cluster, status, label = [], limit = [], defaultLimits } = options
  return {
    ...(name !== undefined && { name }),
    ...(cluster !== undefined && { cluster_name: cluster }),
    ...(status !== undefined && { status }),
    ...(label.length > 0 && { labels: pairsOf(label) }),
    ...(limit.length > 0 && { limits: { ...(defaultLimits ? {} : limits), ...numbersOf(limit) } }),
    ...(limit.length === 0 && defaultLimits && { limits: {} }),
  }
}

export function addDelete(agents: Command, session: Session): void {
  agents
    .command('delete')
    .summary('remove an agent, its keys and all its lines')
    .argument('<agent>', 'its name, cluster/name, or id')
    .option('--yes', 'without asking')
    .action(async (named: string, { yes }: { yes?: true }) => {
      const broker = session.broker()
      const path = `/api/v1/agents/${await findAgentId(broker, named)}`
      const { name, cluster_name } = await broker.get<Agent>(path)
      await session.confirm(`Delete agent ${cluster_name}/${name}, its keys and all its lines?`, yes === true)
      await broker.send('DELETE', path)
      session.terminal.note(`deleted ${cluster_name}/${name}: its lines are gone from every search\n`)
    })
}

function pairsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
}

function numbersOf(pairs: readonly string[]): Record<string, number> {
  const numbers = Object.entries(pairsOf(pairs)).map(([name, value]) => [name, Number(value)] as const)
  const [bad] = numbers.find(([, value]) => !Number.isInteger(value)) ?? []
  if (bad !== undefined) throw usageError(`--limit ${bad} needs a whole number`)
  return Object.fromEntries(numbers)
}
