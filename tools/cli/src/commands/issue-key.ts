import type { IssuedPak, Pak } from '@logboom/contracts'
import type { Command } from 'commander'
import { findAgentId } from '../broker/find-agent.ts'
import type { Broker } from '../broker/open-broker.ts'
import { usageError } from '../cli-error.ts'
import type { Session } from '../session.ts'
import { parseSpan } from '../terminal/parse-span.ts'

interface IssueOptions {
  agent?: string
  reader?: true
  admin?: true
  onlyAgent?: string[]
  onlyNamespace?: string[]
  label?: string
  expires?: string
}

/** What a key is for. */
export interface KeyPlan {
  kind: Pak['kind']
  agent_id: string | null
  label: string
  /** As it stands on the command line. */
  expires: string | undefined
  scope: { scope_agents?: string[]; scope_namespaces?: string[] }
}

export function addIssue(keys: Command, session: Session): void {
  const list = (text: string, all: string[] = []) => [...all, text]
  keys
    .command('issue')
    .summary('make a key; it is shown this once')
    .option('-a, --agent <name>', 'for this agent: it writes its lines with it')
    .option('--reader', 'for reading')
    .option('--admin', 'for everything')
    .option('--only-agent <name>', 'with --reader: only the lines of this agent; repeatable', list)
    .option('--only-namespace <name>', 'with --reader: only this namespace; repeatable', list)
    .option('--label <text>', 'what it is for')
    .option('--expires <time>', 'when it ends: 90d, or 2027-01-31T00:00:00Z')
    .addHelpText(
      'after',
      `
Examples:
  logboom keys issue --agent edge-1 --label first > agent.pak
  logboom keys issue --reader --only-namespace production --expires 90d --label "on call"`,
    )
    .action(async (options: IssueOptions) => {
      const kinds = [options.agent !== undefined, options.reader, options.admin].filter(Boolean)
      if (kinds.length !== 1) throw usageError('say whose key it is: --agent NAME, --reader or --admin')
      if (!options.reader && (options.onlyAgent ?? options.onlyNamespace))
        throw usageError('--only-agent and --only-namespace go with --reader')
      const broker = session.broker()
      await issueKey(session, broker, await planOf(broker, options))
    })
}

async function planOf(broker: Broker, options: IssueOptions): Promise<KeyPlan> {
  const { agent, label = '', expires, onlyAgent = [], onlyNamespace = [] } = options
  const agentId = agent === undefined ? null : await findAgentId(broker, agent)
  const scopeAgents = await Promise.all(onlyAgent.map((name) => findAgentId(broker, name)))
  return {
    kind: agentId ? 'agent' : options.admin ? 'admin' : 'reader',
    agent_id: agentId,
    label,
    expires,
    scope: {
      ...(scopeAgents.length > 0 && { scope_agents: scopeAgents }),
      ...(onlyNamespace.length > 0 && { scope_namespaces: onlyNamespace }),
    },
  }
}

/** Makes the key; it alone goes to the output, so that it can go straight into a file. */
export async function issueKey(session: Session, broker: Broker, plan: KeyPlan): Promise<void> {
  const { kind, agent_id, label, expires, scope } = plan
  const common = { label, ...(expires !== undefined && { expires_at: endOf(expires, Date.now()) }) }
  const issued =
    agent_id === null
      ? await broker.send<(typeof IssuedPak)['_output']>('POST', '/api/v1/paks', {
          kind,
          ...common,
          ...scope,
        })
      : await broker.send<(typeof IssuedPak)['_output']>('POST', `/api/v1/agents/${agent_id}/paks`, common)
  await session.terminal.write(`${issued.pak}\n`)
  const end = issued.expires_at === null ? '' : `, until ${issued.expires_at}`
  session.terminal.note(`issued ${kind} key ${issued.short}${end}: it is not shown again\n`)
}

function endOf(text: string, nowMs: number): string {
  const at = /^\d{4}-/.test(text) ? Date.parse(text) : nowMs + parseSpan(text) * 1_000
  if (Number.isNaN(at)) throw usageError(`--expires '${text}' is no time: 90d, or 2027-01-31T00:00:00Z`)
  return new Date(at).toISOString()
}
