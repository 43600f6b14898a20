import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { describeConfig } from './describe-config.ts'
import type { ConfigRow } from './describe-config.ts'
import { readPlaces } from './file-places.ts'

export interface ConfigSources {
  env: Record<string, string | undefined>
  /** The text of the configuration file, if there is one, in one of its two forms. */
  toml?: string
  yaml?: string
}

/** Every fault of a configuration at once; the message is for a human's terminal and holds no secret. */
export class ConfigError extends Error {
  readonly faults: readonly string[]

  constructor(app: string, faults: readonly string[]) {
    super(
      `${app} cannot start, its configuration has faults:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    )
    this.name = 'ConfigError'
    this.faults = faults
  }
}

/** The settings that every process has; spread them into the app's own zod object. */
export const baseConfig = {
  LOG_LEVEL: z
    .enum(['error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('The least level that is logged'),
  SHUTDOWN_GRACE_MS: z.coerce
    .number()
    .int()
    .min(100)
    .default(25_000)
    .describe('From SIGTERM to giving up; below the 30 s that Kubernetes waits before it kills')
    .meta({ unit: 'ms' }),
  OPS_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(9464)
    .describe('/livez, /readyz and /metrics; 0 = any'),
  OPS_HOST: z
    .string()
    .default('127.0.0.1')
    .describe(
      'The address that the ops port listens on; `0.0.0.0` where probes and Prometheus come from elsewhere, as in Kubernetes',
    ),
}

/** A text that must never be logged or shown: the logger masks it, the reference page has no default for it. */
export function secret(): z.ZodString {
  return z.string().min(1).meta({ secret: true })
}

/**
 * The app's configuration from its environment and its file; the environment wins, an empty variable counts as
 * unset, and each value reaches the schema as text, wherever it came from.
 * @throws {ConfigError} with all faults, unknown keys of the file among them
 */
export function parseConfig<S extends z.ZodObject>(
  app: string,
  schema: S,
  sources: ConfigSources,
): z.output<S> {
  const rows = describeConfig(app, schema)
  const { texts, faults, isParsed } = gatherTexts(app, rows, sources)
  const input: Record<string, string> = {}
  for (const [name, { text }] of texts) input[name] = text
  const parsed = schema.safeParse(input)
  if (parsed.success && faults.length === 0) return parsed.data
  // What a file of broken syntax may well hold is not missing.
  const issues = (parsed.error?.issues ?? []).filter(({ path }) => isParsed || String(path[0]) in input)
  const told = [...faults, ...issues.map((issue) => faultText(issue, rows, input))]
  throw new ConfigError(
    app,
    told.map((fault) => masked(fault, secretTexts(rows, input))),
  )
}

/** What is set, by variable, before anything is checked. */
export function gatherTexts(
  app: string,
  rows: readonly ConfigRow[],
  { env, toml, yaml }: ConfigSources,
): {
  texts: Map<string, { text: string; from: 'environment' | 'file' }>
  faults: string[]
  /** False when the syntax of the file is at fault. */
  isParsed: boolean
} {
  const format = yaml === undefined ? 'toml' : 'yaml'
  const places = new Set(rows.map((row) => row.toml))
  const { values, faults, isParsed } = readPlaces(app, places, yaml ?? toml ?? '', format)
  const texts = new Map<string, { text: string; from: 'environment' | 'file' }>()
  for (const row of rows) {
    const own = env[row.name]
    const filed = values.get(row.toml)
    if (own) texts.set(row.name, { text: own, from: 'environment' })
    else if (filed !== undefined) texts.set(row.name, { text: filed, from: 'file' })
  }
  return { texts, faults, isParsed }
}

/**
 * `parseConfig` from this process: its environment, and the file that `LOGBOOM_CONFIG` names. `given` stands before both,
 * as a command line does. Reads all of it anew each time.
 * @throws {ConfigError} also when that file cannot be read
 */
export function readConfig<S extends z.ZodObject>(
  app: string,
  schema: S,
  given: Record<string, string> = {},
): z.output<S> {
  return parseConfig(app, schema, readSources(app, given))
}

/**
 * What this process is told: its environment with `given` on top, and the file that `LOGBOOM_CONFIG` names.
 * @throws {ConfigError} when that file cannot be read
 */
export function readSources(app: string, given: Record<string, string> = {}): ConfigSources {
  const env = { ...process.env, ...given }
  const file = env['LOGBOOM_CONFIG']
  if (!file) return { env }
  const text = textOf(app, file)
  return /\.ya?ml$/i.test(file) ? { env, yaml: text } : { env, toml: text }
}

/** The file that `readSources` would read; none where nothing names one. */
export function configFileOf(given: Record<string, string> = {}): string | undefined {
  return (given['LOGBOOM_CONFIG'] ?? process.env['LOGBOOM_CONFIG']) || undefined
}

/** The values of the fields marked secret, for the logger to mask. */
export function secretsOf(app: string, schema: z.ZodObject, config: Record<string, unknown>): string[] {
  return secretTexts(describeConfig(app, schema), config)
}

function secretTexts(rows: ConfigRow[], values: Record<string, unknown>): string[] {
  return rows
    .filter((row) => row.secret)
    .map((row) => values[row.name])
    .filter((value): value is string => typeof value === 'string')
}

function faultText(issue: z.core.$ZodIssue, rows: ConfigRow[], input: Record<string, string>): string {
  const row = rows.find(({ name }) => name === issue.path[0])
  if (!row) return issue.message
  const missing = issue.code === 'invalid_type' && input[row.name] === undefined
  return `${row.name} (${row.toml}): ${missing ? 'is required' : issue.message}`
}

function masked(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, value) => clean.replaceAll(value, '[masked]'), text)
}

/** Far more than settings need; a file that was named by mistake is not parsed. */
const fileBytesMax = 1_048_576

function textOf(app: string, file: string): string {
  try {
    const text = readFileSync(file, 'utf8')
    if (text.length <= fileBytesMax) return text
    throw Object.assign(new Error('too large'), { code: 'larger than 1 MiB' })
  } catch (err) {
    const code = err instanceof Error && 'code' in err ? String(err.code) : 'unreadable'
    throw new ConfigError(app, [`LOGBOOM_CONFIG: ${file} cannot be read (${code})`])
  }
}
