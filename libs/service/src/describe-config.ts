import { z } from 'zod'
import { placeOf } from './file-places.ts'

export interface ConfigRow {
  /** The environment variable. */
  name: string
  /** Where the same setting stands in a TOML or YAML file, such as `broker.log_retention.retention_hours`. */
  toml: string
  type: string
  /** As text; `undefined` where there is none, and always for secrets. */
  default: string | undefined
  unit?: string
  required: boolean
  secret: boolean
  description: string
}

/**
 * What an app can be configured with, in the order of its zod object: for the reference page, and for reading it.
 * Each field may carry `.describe(…)` and `.meta({ toml, unit, secret })`.
 */
export function describeConfig(app: string, schema: z.ZodObject): ConfigRow[] {
  return Object.entries<z.ZodType>(schema.shape).map(([name, field]) => describeField(app, name, field))
}

function describeField(app: string, name: string, field: z.ZodType): ConfigRow {
  const output = z.toJSONSchema(field, { io: 'output', unrepresentable: 'any' })
  const input = z.toJSONSchema(field, { io: 'input', unrepresentable: 'any' })
  // What a transform makes has no JSON Schema; what it takes has one.
  const shape = output.type === undefined ? input : output
  const meta: Record<string, unknown> = { ...input, ...output }
  const secret = meta['secret'] === true
  return {
    name,
    toml: typeof meta['toml'] === 'string' ? meta['toml'] : placeOf(app, name),
    type: typeText(shape),
    default: secret ? undefined : defaultText(meta['default']),
    ...(typeof meta['unit'] === 'string' && { unit: meta['unit'] }),
    required: !field.safeParse(undefined).success,
    secret,
    description: typeof meta['description'] === 'string' ? meta['description'] : '',
  }
}

function typeText(shape: z.core.JSONSchema.BaseSchema): string {
  if (shape.enum) return shape.enum.join(' | ')
  if (shape.format === 'uri') return 'URL'
  const type = String(shape.type ?? 'text')
  const [least, most] = [boundText(shape.minimum), boundText(shape.maximum)]
  if (least !== '' && most !== '') return `${type} ${least}–${most}`
  if (least !== '') return `${type} ≥ ${least}`
  return most === '' ? type : `${type} ≤ ${most}`
}

/** zod bounds every integer by what a double holds exactly: that is no bound worth telling. */
function boundText(bound: number | undefined): string {
  return bound === undefined || Math.abs(bound) === Number.MAX_SAFE_INTEGER ? '' : String(bound)
}

function defaultText(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  return Array.isArray(value) ? value.join(',') : JSON.stringify(value)
}
