import type { RetentionAssignment, RetentionClass } from '@logboom/contracts'
import type { Command } from 'commander'
import type { AgentNames } from '../broker/agent-names.ts'
import { findAgentId } from '../broker/find-agent.ts'
import { searchText } from '../broker/open-broker.ts'
import { queryOf } from '../broker/query-of.ts'
import { usageError } from '../cli-error.ts'
import type { Session } from '../session.ts'
import { formatSpan } from '../terminal/format-time.ts'
import { parseSpan } from '../terminal/parse-span.ts'
import type { Column } from '../terminal/render-table.ts'
import { listFormatOption, printList } from './print.ts'
import type { ListFormat } from './print.ts'

const classes = '/api/v1/retention/classes'
const assignments = '/api/v1/retention/assignments'

export const classColumns: Column<RetentionClass>[] = [
  { title: 'CLASS', of: ({ name }) => name },
  { title: 'KEPT FOR', of: ({ retention_seconds }) => formatSpan(retention_seconds), right: true },
  { title: 'PARTITION', of: ({ partition_seconds }) => formatSpan(partition_seconds), right: true },
]

export function assignmentColumns(names: AgentNames): Column<RetentionAssignment>[] {
  return [
    { title: 'AGENT', of: ({ agent_id }) => agent_id && names.of(agent_id) },
    { title: 'NAMESPACE', of: ({ namespace }) => namespace },
    { title: 'CLASS', of: ({ retention_class }) => retention_class },
  ]
}

export function addClasses(retention: Command, session: Session): void {
  const command = retention.command('classes').summary('how long each class is kept; set and delete classes')
  command
    .command('list', { isDefault: true })
    .summary('all classes (the default)')
    .addOption(listFormatOption())
    .action(async ({ output }: { output: ListFormat }) => {
      const report = await session.broker().get<{ classes: RetentionClass[] }>('/api/v1/retention')
      await printList(session.terminal, report.classes, {
        output,
        columns: classColumns,
        none: 'there are none',
      })
    })
  command
    .command('set')
    .summary('make a class, or change how long it is kept')
    .argument('<name>')
    .argument('<time>', 'as 12h or 30d')
    .option('--partition <time>', 'how much time a partition spans; default: a 24th')
    .option('--yes', 'without asking')
    .action(async (name: string, time: string, options: { partition?: string; yes?: true }) => {
      const broker = session.broker()
      const body = {
        retention_seconds: parseSpan(time),
        ...(options.partition !== undefined && { partition_seconds: parseSpan(options.partition) }),
      }
      const what = `Keep lines of class '${name}' for ${formatSpan(body.retention_seconds)}? What is older is deleted for good.`
      await session.confirm(what, options.yes === true)
      await broker.send('PUT', `${classes}/${encodeURIComponent(name)}`, body)
      session.terminal.note(`lines of class '${name}' are kept for ${formatSpan(body.retention_seconds)}\n`)
    })
  command
    .command('delete')
    .summary('remove a class that is assigned to nothing')
    .argument('<name>')
    .action(async (name: string) => {
      await session.broker().send('DELETE', `${classes}/${encodeURIComponent(name)}`)
      session.terminal.note(`removed class '${name}'\n`)
    })
}

interface AssignOptions {
  agent?: string
  namespace?: string
  remove?: true
}

export function addAssign(retention: Command, session: Session): void {
  retention
    .command('assign')
    .summary('which class the lines of an agent, a namespace, or both go to')
    .description(
      'Holds for lines that come from now on. Agent and namespace go before agent, and that before namespace.',
    )
    .argument('[class]', 'the class; left out with --remove')
    .option('-a, --agent <name>', 'of this agent')
    .option('-n, --namespace <name>', 'of this namespace')
    .option('--remove', 'take the assignment back')
    .action(async (name: string | undefined, options: AssignOptions) => {
      const { agent, namespace, remove } = options
      if (agent === undefined && namespace === undefined)
        throw usageError('say whose lines: --agent, --namespace, or both')
      if ((name === undefined) !== (remove === true)) throw usageError('say which class, or --remove')
      const broker = session.broker()
      const agentId = agent === undefined ? undefined : await findAgentId(broker, agent)
      const query = queryOf({ agent_id: agentId, namespace })
      if (remove) await broker.send('DELETE', `${assignments}?${searchText(query)}`)
      else await broker.send('PUT', assignments, { ...Object.fromEntries(query), retention_class: name })
      session.terminal.note(
        remove ? 'the assignment is taken back\n' : `assigned: lines that come from now on go to '${name}'\n`,
      )
    })
}
