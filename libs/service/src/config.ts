import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { describeConfig } from './describe-config.ts'
import type { ConfigRow } from './describe-config.ts'
import { readToml } from './toml-places.ts'

export interface ConfigSources {
  env: Record<string, string | undefined>
  /** The text of the TOML file, if there is one. */
  toml?: string
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
  OPS_HOST: z.string().default('0.0.0.0').describe('The address that the ops port listens on'),
}

/** A text that must never be logged or shown: the logger masks it, the reference page has no default for it. */
export function secret(): z.ZodString {
  return z.string().min(1).meta({ secret: true })
}

/**
 * The app's configuration from its environment and its TOML file; the environment wins, an empty variable counts as
 * unset, and each value reaches the schema as text, wherever it came from.
 * @throws {ConfigError} with all faults, unknown TOML keys among them
 */
export function parseConfig<S extends z.ZodObject>(
  app: string,
  schema: S,
  sources: ConfigSources,
): z.output<S> {
  const rows = describeConfig(app, schema)
  const { values, faults } = readToml(app, new Set(rows.map((row) => row.toml)), sources.toml ?? '')
  const input: Record<string, string> = {}
  for (const row of rows) {
    const text = sources.env[row.name] || values.get(row.toml)
    if (text !== undefined) input[row.name] = text
  }
  const parsed = schema.safeParse(input)
  if (parsed.success && faults.length === 0) return parsed.data
  const told = [...faults, ...(parsed.error?.issues ?? []).map((issue) => faultText(issue, rows, input))]
  throw new ConfigError(
    app,
    told.map((fault) => masked(fault, secretTexts(rows, input))),
  )
}

/**
 * `parseConfig` from this process: its environment, and the TOML file that `LOGBOOM_CONFIG` names.
 * @throws {ConfigError} also when that file cannot be read
 */
export function readConfig<S extends z.ZodObject>(app: string, schema: S): z.output<S> {
  const file = process.env['LOGBOOM_CONFIG']
  if (!file) return parseConfig(app, schema, { env: process.env })
  return parseConfig(app, schema, { env: process.env, toml: textOf(app, file) })
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

function textOf(app: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (err) {
    const code = err instanceof Error && 'code' in err ? String(err.code) : 'unreadable'
    throw new ConfigError(app, [`LOGBOOM_CONFIG: ${file} cannot be read (${code})`])
  }
}
