import type { DeadLetter } from '@logboom/contracts'
import type { Command } from 'commander'
import { readAgentNames } from '../broker/agent-names.ts'
import { findAgentId, isUuid } from '../broker/find-agent.ts'
import { collect, listAll } from '../broker/list-all.ts'
import type { Broker } from '../broker/open-broker.ts'
import { queryOf } from '../broker/query-of.ts'
import { CliError, exitCodes, usageError } from '../cli-error.ts'
import { countOption } from '../logs/filter-options.ts'
import type { Session } from '../session.ts'
import { formatAgo } from '../terminal/format-time.ts'
import type { Column } from '../terminal/render-table.ts'
import { listFormatOption, printFacts, printJson, printList } from './print.ts'
import type { ListFormat } from './print.ts'

const path = '/api/v1/dead-letters'

export function addDeadLetters(program: Command, session: Session): void {
  const letters = program
    .command('deadletters')
    .aliases(['dead-letters', 'deadletter'])
    .summary('lines that the database refused')
  addList(letters, session)
  addShow(letters, session)
  addRequeue(letters, session)
  addDelete(letters, session)
}

function addList(letters: Command, session: Session): void {
  letters
    .command('list', { isDefault: true })
    .summary('the latest ones (the default)')
    .option('-a, --agent <name>', 'of this agent')
    .option('--reason <code>', 'for this reason')
    .option('--limit <n>', 'at most so many', countOption, 100)
    .addOption(listFormatOption())
    .action(async (options: { agent?: string; reason?: string; limit: number; output: ListFormat }) => {
      const broker = session.broker()
      const agentId = options.agent === undefined ? undefined : await findAgentId(broker, options.agent)
      const query = queryOf({ agent_id: agentId, reason: options.reason })
      const items = await collect(listAll<DeadLetter>(broker, path, 'dead_letters', query), options.limit)
      const names = await readAgentNames(broker)
      const columns: Column<DeadLetter>[] = [
        { title: 'ID', of: ({ id }) => id },
        { title: 'AGENT', of: ({ agent_id }) => names.of(agent_id) },
        { title: 'FAILED', of: ({ failed_at }) => formatAgo(failed_at, Date.now()) },
        { title: 'REASON', of: ({ reason }) => reason },
        { title: 'DETAIL', of: ({ detail }) => shortened(detail) },
      ]
      await printList(session.terminal, items, {
        output: options.output,
        columns,
        none: 'there are no dead letters',
      })
    })
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

function addShow(letters: Command, session: Session): void {
  letters
    .command('show')
    .summary('one of them, with its line')
    .argument('<id>')
    .addOption(listFormatOption())
    .action(async (id: string, { output }: { output: ListFormat }) => {
      const letter = await findLetter(session.broker(), id)
      if (output === 'json') return printJson(session.terminal, letter)
      const { entry, ...facts } = letter
      await printFacts(session.terminal, [
        ...Object.entries(facts).map(([name, value]) => [name.replaceAll('_', ' '), value] as const),
        ...Object.entries(entry).map(([name, value]) => [`entry ${name}`, shown(value)] as const),
      ])
    })
}

function shown(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

async function findLetter(broker: Broker, id: string): Promise<DeadLetter> {
  for await (const letter of listAll<DeadLetter>(broker, path, 'dead_letters')) {
    if (letter.id === id.toLowerCase()) return letter
  }
  throw new CliError(`there is no dead letter ${id}: \`logboom deadletters\` lists them`, exitCodes.usage)
}

function addRequeue(letters: Command, session: Session): void {
  letters
    .command('requeue')
    .summary('give lines to the database again')
    .argument('[id...]')
    .option('--all', 'all of them')
    .action(async (ids: string[], { all }: { all?: true }) => {
      const broker = session.broker()
      const chosen = await chooseLetters(broker, ids, all === true)
      for (const id of chosen) await broker.send('POST', `${path}/${id}/requeue`)
      session.terminal.note(`${chosen.length} given to the database again; what it refuses comes back here\n`)
    })
}

function addDelete(letters: Command, session: Session): void {
  letters
    .command('delete')
    .summary('give lines up for good')
    .argument('[id...]')
    .option('--all', 'all of them')
    .option('--yes', 'without asking')
    .action(async (ids: string[], { all, yes }: { all?: true; yes?: true }) => {
      const broker = session.broker()
      const chosen = await chooseLetters(broker, ids, all === true)
      await session.confirm(`Delete ${chosen.length} dead letters for good?`, yes === true)
      for (const id of chosen) await broker.send('DELETE', `${path}/${id}`)
      session.terminal.note(`deleted ${chosen.length}\n`)
    })
}

async function chooseLetters(broker: Broker, ids: readonly string[], all: boolean): Promise<string[]> {
  if (all === ids.length > 0) throw usageError('say which ones: their ids, or --all')
  const bad = ids.find((id) => !isUuid(id))
  if (bad !== undefined) throw usageError(`'${bad}' is no id of a dead letter`)
  if (!all) return [...ids]
  const letters = await collect(listAll<DeadLetter>(broker, path, 'dead_letters'))
  return letters.map(({ id }) => id)
}
