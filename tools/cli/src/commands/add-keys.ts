import type { Pak } from '@logboom/contracts'
import { Option } from 'commander'
import type { Command } from 'commander'
import { readAgentNames } from '../broker/agent-names.ts'
import { findAgentId } from '../broker/find-agent.ts'
import { collect, listAll } from '../broker/list-all.ts'
import type { Broker } from '../broker/open-broker.ts'
import { queryOf } from '../broker/query-of.ts'
import { usageError } from '../cli-error.ts'
import type { Session } from '../session.ts'
import { formatAgo, formatSpan, formatTime } from '../terminal/format-time.ts'
import { parseSpan } from '../terminal/parse-span.ts'
import type { Column } from '../terminal/render-table.ts'
import { addIssue, issueKey } from './issue-key.ts'
import { listFormatOption, printList } from './print.ts'
import type { ListFormat } from './print.ts'

export function addKeys(program: Command, session: Session): void {
  const keys = program.command('keys').alias('key').summary('keys of agents, readers and admins')
  addList(keys, session)
  addIssue(keys, session)
  addRotate(keys, session)
  addRevoke(keys, session)
}

function addList(keys: Command, session: Session): void {
  keys
    .command('list', { isDefault: true })
    .summary('all keys, never the secret itself (the default)')
    .option('-a, --agent <name>', 'of this agent')
    .addOption(new Option('--kind <kind>', 'of this kind').choices(['admin', 'agent', 'reader']))
    .option('--live', 'only those that work')
    .addOption(listFormatOption())
    .action(async (options: { agent?: string; kind?: string; live?: true; output: ListFormat }) => {
      const broker = session.broker()
      const agentId = options.agent === undefined ? undefined : await findAgentId(broker, options.agent)
      const query = queryOf({ kind: options.kind, agent_id: agentId })
      const paks = await collect(listAll<Pak>(broker, '/api/v1/paks', 'paks', query))
      const names = await readAgentNames(broker)
      const shown = paks.filter((pak) => !options.live || stateOf(pak, Date.now()) === 'live')
      const columns = columnsAt(Date.now(), (id) => names.of(id))
      await printList(session.terminal, shown, {
        output: options.output,
        columns,
        none: 'there is no such key',
      })
    })
}

function columnsAt(nowMs: number, agentName: (id: string) => string): Column<Pak>[] {
  const names = (pak: Pak) =>
    [...(pak.scope_agents?.map(agentName) ?? []), ...(pak.scope_namespaces ?? [])].join(', ') || null
  return [
    { title: 'KEY', of: ({ short }) => short },
    { title: 'KIND', of: ({ kind }) => kind },
    { title: 'FOR', of: (pak) => (pak.agent_id === null ? names(pak) : agentName(pak.agent_id)) },
    { title: 'LABEL', of: ({ label }) => label || null },
    { title: 'STATE', of: (pak) => stateOf(pak, nowMs) },
    { title: 'LAST USED', of: ({ last_used_at }) => formatAgo(last_used_at, nowMs) },
    { title: 'CREATED', of: ({ created_at }) => formatAgo(created_at, nowMs) },
    { title: 'ID', of: ({ id }) => id },
  ]
}

/** `live`, `ends in 3 d`, `expired`, `revoked`. */
function stateOf({ revoked_at, expires_at }: Pak, nowMs: number): string {
  if (revoked_at !== null) return 'revoked'
  if (expires_at === null) return 'live'
  const leftMs = Date.parse(expires_at) - nowMs
  return leftMs <= 0 ? 'expired' : `ends in ${formatSpan(leftMs / 1_000)}`
}

function addRotate(keys: Command, session: Session): void {
  keys
    .command('rotate')
    .summary('issue the successor of a key')
    .description(
      'Prints a new key for the same purpose. The old one ends after the overlap, so that nothing stops.',
    )
    .argument('<key>', 'the old one: its id, or the part of it that `logboom keys` shows')
    .option('--overlap <time>', 'how long both work; 0 revokes the old one at once', '24h')
    .option('--expires <time>', 'when the new one ends, as 90d')
    .action((named: string, options: RotateOptions) => rotateKey(session, named, options))
}

interface RotateOptions {
  overlap: string
  expires?: string
}

async function rotateKey(
  session: Session,
  named: string,
  { overlap, expires }: RotateOptions,
): Promise<void> {
  const overlapMs = parseSpan(overlap) * 1_000
  const broker = session.broker()
  const old = await findKey(broker, named)
  if (old.revoked_at !== null)
    throw usageError(`key ${old.short} is revoked: \`logboom keys issue\` makes a new one`)
  const { id, short, kind, agent_id, label, scope_agents, scope_namespaces } = old
  const scope = { ...(scope_agents && { scope_agents }), ...(scope_namespaces && { scope_namespaces }) }
  await issueKey(session, broker, { kind, agent_id, label, expires, scope })
  if (overlapMs === 0) {
    await broker.send('DELETE', `/api/v1/paks/${id}`)
    return session.terminal.note(`revoked the old key ${short}: it stops working within 30 s\n`)
  }
  // never later than it would have ended anyway
  const endMs = Math.min(
    Date.now() + overlapMs,
    old.expires_at === null ? Infinity : Date.parse(old.expires_at),
  )
  await broker.send('PATCH', `/api/v1/paks/${id}`, { expires_at: new Date(endMs).toISOString() })
  const end = formatTime(new Date(endMs).toISOString(), 'local').slice(0, 19)
  session.terminal.note(`the old key ${short} works until ${end}: put the new one in its place before\n`)
}

function addRevoke(keys: Command, session: Session): void {
  keys
    .command('revoke')
    .summary('end a key')
    .argument('<key>', 'its id, or the part of it that `logboom keys` shows')
    .option('--yes', 'without asking')
    .action(async (named: string, { yes }: { yes?: true }) => {
      const broker = session.broker()
      const { id, short, kind, label } = await findKey(broker, named)
      const what = label === '' ? `${kind} key ${short}` : `${kind} key ${short} (${label})`
      await session.confirm(`Revoke the ${what}?`, yes === true)
      await broker.send('DELETE', `/api/v1/paks/${id}`)
      session.terminal.note(`revoked the ${what}: it stops working within 30 s\n`)
    })
}

/** By its id or the part of it that is no secret. Whole keys are refused: they do not belong into arguments. */
async function findKey(broker: Broker, named: string): Promise<Pak> {
  if (/^logboom_[^_]+_./.test(named))
    throw usageError('this is a whole key, which others can see in an argument: name only its middle part')
  const short = named.replace(/^logboom_/, '')
  for await (const pak of listAll<Pak>(broker, '/api/v1/paks', 'paks')) {
    if (pak.id === named.toLowerCase() || pak.short === short) return pak
  }
  throw usageError(`there is no key '${named}': \`logboom keys\` lists them`)
}
