import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import { usageError } from '../cli-error.ts'
import { findAgentId } from '../broker/find-agent.ts'
import type { Broker, Query } from '../broker/open-broker.ts'
import { queryOf } from '../broker/query-of.ts'

export const levelNames = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const

/** What lines are asked for, as it stands on the command line. */
export interface FilterOptions {
  namespace?: string
  pod?: string
  podExact?: string
  container?: string
  agent?: string
  deploymentObject?: string
  workOrder?: string
  level?: string[]
  minLevel?: string
  since?: string
  until?: string
  grep?: string
  attr?: string[]
  label?: string[]
}

/** The same as the API is asked: which of the four subjects, and its parameters. */
export interface LogRequest {
  /** Without `/histogram` and the like behind it. */
  path: string
  query: Query
}

export function addFilterOptions(command: Command): Command {
  return command
    .option('-n, --namespace <name>', 'of this namespace')
    .option('--pod <name>', 'of pods whose name begins so')
    .option('--pod-exact <name>', 'of the pod of exactly this name')
    .option('-c, --container <name>', 'of this container')
    .option('-a, --agent <name>', 'of this agent: its name, cluster/name, or id')
    .option('--deployment-object <id>', 'of this deployment object')
    .option('--work-order <id>', 'of this work order')
    .option('-l, --level <level>', 'of this level; repeatable, or several with commas', levelList)
    .option('--min-level <level>', 'of this level or a worse one', levelName)
    .option('-s, --since <time>', 'from then on: 15m, 1h30m, 2d, or 2026-01-15T10:30:00+01:00')
    .option('-u, --until <time>', 'before then: the same forms')
    .option('-q, --grep <text>', 'with this text in any case, or /re/, a regular expression (RE2)')
    .option('--attr <key=value>', 'with this attribute, such as trace_id=4bf9…; repeatable', pairList)
    .option('--label <key=value>', 'with this label, such as app=web; repeatable', pairList)
}

/** Asks the broker only where an agent is named by its name. */
export async function buildLogRequest(
  broker: Broker,
  options: FilterOptions,
  words: readonly string[],
): Promise<LogRequest> {
  const { deploymentObject, workOrder } = options
  const agentId = options.agent === undefined ? undefined : await findAgentId(broker, options.agent)
  // By its own route a work order that does not exist is told from one without lines.
  const path =
    workOrder !== undefined
      ? `/api/v1/work-orders/${encodeURIComponent(workOrder)}/logs`
      : deploymentObject !== undefined
        ? `/api/v1/deployment-objects/${encodeURIComponent(deploymentObject)}/logs`
        : '/api/v1/logs'
  const deployment = workOrder === undefined ? undefined : deploymentObject
  return { path, query: parametersOf(options, { agentId, deployment, text: textOf(options, words) }) }
}

function parametersOf(
  options: FilterOptions,
  { agentId, deployment, text }: Record<'agentId' | 'deployment' | 'text', string | undefined>,
): Query {
  const single = queryOf({
    namespace: options.namespace,
    pod_name: options.pod,
    pod_name_exact: options.podExact,
    container_name: options.container,
    agent_id: agentId,
    deployment_object_id: deployment,
    min_level: options.minLevel,
    since: options.since,
    until: options.until,
    q: text,
  })
  const levels = (options.level ?? []).map((level) => ['level', level] as const)
  const attributes = (options.attr ?? []).map((pair) => splitPair('attributes.', pair))
  const labels = (options.label ?? []).map((pair) => splitPair('labels.', pair))
  return [...single, ...levels, ...attributes, ...labels]
}

/** Words without a flag are what is looked for. */
export function textOf({ grep }: FilterOptions, words: readonly string[]): string | undefined {
  if (grep !== undefined && words.length > 0)
    throw usageError(`the text is given twice: '${words.join(' ')}' and --grep '${grep}'`)
  return grep ?? (words.length > 0 ? words.join(' ') : undefined)
}

function splitPair(prefix: string, pair: string): [string, string] {
  const at = pair.indexOf('=')
  return [prefix + pair.slice(0, at), pair.slice(at + 1)]
}

export function pairList(pair: string, pairs: string[] = []): string[] {
  if (pair.indexOf('=') < 1) throw new InvalidArgumentError('It looks like key=value.')
  return [...pairs, pair]
}

function levelList(text: string, levels: string[] = []): string[] {
  return [...levels, ...text.split(',').map(levelName)]
}

/** The broker knows all spellings; only what is none at all is worth stopping for here. */
function levelName(text: string): string {
  if (!/^[a-z]{2,32}$|^\d{1,2}$/i.test(text.trim()))
    throw new InvalidArgumentError(`Levels are ${levelNames.join(', ')}.`)
  return text.trim()
}

export function countOption(text: string): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(count)) throw new InvalidArgumentError('It is a whole number.')
  return count
}
