import { parseArgs } from 'node:util'

/** Settings by variable, as the command line gives them: they stand before the environment and the file. */
export type Given = Record<string, string>

/** What the command line asks for. */
export type CliRequest =
  | { kind: 'run' | 'dry-run' | 'check-config' | 'print-config'; given: Given }
  /** Shows what redaction masks in a file; `-` is standard input. */
  | { kind: 'redact'; file: string; given: Given }
  | { kind: 'version' | 'help' }
  /** It asks for nothing that there is. */
  | { kind: 'fault'; text: string }

/** Reads the arguments after the name of the command. Values are checked later, with all other settings. */
export function readRequest(args: readonly string[]): CliRequest {
  try {
    return args[0] === 'redact' ? readRedact(args.slice(1)) : readMain([...args])
  } catch (err) {
    const message = err instanceof Error ? err.message : String(err)
    // Node's advice on positionals, which there are none of.
    return { kind: 'fault', text: message.replace(/\. To specify .*/s, '') }
  }
}

/** Flags of which each means one setting with one value. */
const flags = {
  docker: ['DOCKER', 'true'],
  kubernetes: ['KUBERNETES', 'api'],
  stdin: ['STDIN', 'true'],
  insecure: ['INSECURE', 'true'],
} as const

const values = {
  broker: 'BROKER_URL',
  'agent-id': 'AGENT_ID',
  'pak-file': 'AGENT_PAK_FILE',
  'spool-dir': 'SPOOL_DIR',
  'min-level': 'MIN_LEVEL',
  config: 'LOGBOOM_CONFIG',
} as const

const text = { type: 'string' } as const
const yes = { type: 'boolean' } as const

export const mainOptions = {
  docker: yes,
  kubernetes: yes,
  stdin: yes,
  insecure: yes,
  broker: text,
  'agent-id': text,
  'pak-file': text,
  'spool-dir': text,
  'min-level': text,
  config: text,
  file: { type: 'string', multiple: true },
  set: { type: 'string', multiple: true },
  'dry-run': yes,
  'check-config': yes,
  'print-config': yes,
  version: yes,
  help: { type: 'boolean', short: 'h' },
} as const

function readMain(args: string[]): CliRequest {
  const { values: told, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: mainOptions,
  })
  if (told.help) return { kind: 'help' }
  if (told.version) return { kind: 'version' }
  refuseStray(positionals)
  const actions = (['dry-run', 'check-config', 'print-config'] as const).filter((name) => told[name])
  if (actions.length > 1) throw new Error(`--${actions.join(' and --')} are different things to do`)
  return { kind: actions[0] ?? 'run', given: givenOf(told) }
}

function readRedact(args: string[]): CliRequest {
  const { values: told, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { test: text, config: text, help: { type: 'boolean', short: 'h' } },
  })
  if (told.help) return { kind: 'help' }
  refuseStray(positionals)
  if (!told.test) throw new Error('redact needs --test FILE, or --test - for standard input')
  return { kind: 'redact', file: told.test, given: givenOf(told) }
}

/** The usual reason: the shell expanded a pattern into many words. */
function refuseStray([stray]: readonly string[]): void {
  if (stray !== undefined)
    throw new Error(`'${stray}' belongs to no option; quote patterns: --file '/var/log/*.log'`)
}

type Told = Readonly<Record<string, string | boolean | string[] | undefined>>

function givenOf(told: Told): Given {
  const given: Given = {}
  for (const [option, [name, value]] of Object.entries(flags)) if (told[option] === true) given[name] = value
  for (const [option, name] of Object.entries(values)) {
    const value = told[option]
    if (value === '') throw new Error(`--${option} must not be empty`)
    if (typeof value === 'string') given[name] = value
  }
  // Who names a key file means it, whatever the environment holds.
  if (given['AGENT_PAK_FILE'] !== undefined) given['AGENT_PAK'] = ''
  const files = listOf(told['file'])
  if (files.includes('')) throw new Error('--file must not be empty')
  if (files.length > 0) given['FOLLOW'] = files.map(keepCommas).join(',')
  for (const pair of listOf(told['set'])) {
    const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(pair) ?? []
    if (name === undefined || value === undefined)
      throw new Error(`--set takes NAME=VALUE with the name of a variable, not '${pair.split('=')[0]}'`)
    given[name] = value
  }
  return given
}

function listOf(value: Told[string]): string[] {
  return Array.isArray(value) ? value : []
}

/** In a list of paths a comma ends one. Those within braces are of the pattern. */
function keepCommas(path: string): string {
  return path.replace(/,(?![^{}]*\})/g, '\\,')
}
