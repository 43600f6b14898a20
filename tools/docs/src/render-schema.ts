import { listOf, recordOf, textOf } from './json.ts'
import type { Json } from './json.ts'
import { anchorOf, code, table } from './markdown.ts'

/** A schema in a few words: a link for a named one, its type and bounds otherwise. */
export function typeText(value: unknown): string {
  const schema = recordOf(value)
  const { $ref, items, anyOf, additionalProperties } = schema
  if (typeof $ref === 'string') return linkTo($ref)
  if (anyOf !== undefined) return listOf(anyOf).map(typeText).join(' or ')
  const values = listOf(schema['enum'])
  if (values.length > 0) return values.map((one) => code(String(one))).join(', ')
  if (schema['const'] !== undefined) return code(JSON.stringify(schema['const']))
  const types = [schema['type']].flat().map(String)
  if (types[0] === 'array') return `list of ${typeText(items)}`
  if (types[0] === 'object' && recordOf(schema['properties'])['has_more'] !== undefined) return 'page'
  if (types[0] === 'object') return mapText(additionalProperties)
  return `${types.map((type) => wordOf(type, schema)).join(' or ')}${boundsOf(schema)}`
}

/** The fields of an object, those that must be there marked. */
export function fieldTable(schema: Json): string {
  const required = listOf(schema['required'])
  const fields = Object.entries(recordOf(schema['properties']))
  const rows = fields.map(([name, field]) => {
    const { description, default: preset } = recordOf(field)
    const words = [textOf(description), preset === undefined ? '' : `Default ${code(JSON.stringify(preset))}`]
    return [
      code(name),
      typeText(field),
      required.includes(name) ? 'always' : '',
      words.filter(Boolean).join('. '),
    ]
  })
  return table(['Field', 'Type', 'Present', ''], rows)
}

/** A description with the default that goes with it. */
export function meaningOf(description: unknown, preset: unknown): string {
  const text = typeof preset === 'string' ? preset : JSON.stringify(preset)
  return [textOf(description), preset === undefined || text === '' ? '' : `Default ${code(text)}`]
    .filter(Boolean)
    .join('. ')
}

function linkTo(ref: string): string {
  const name = ref.slice(ref.lastIndexOf('/') + 1)
  return `[${name}](#${anchorOf(name)})`
}

function mapText(values: unknown): string {
  const type = recordOf(values)['type']
  return type === undefined ? 'object' : `object of ${typeText(values)}`
}

function wordOf(type: string, { format }: Json): string {
  if (type !== 'string') return type === 'undefined' ? 'anything' : type
  return { uuid: 'UUID', 'date-time': 'RFC 3339 time' }[textOf(format)] ?? 'text'
}

/** zod bounds every integer by what a double holds exactly: that is no bound worth telling. */
function boundsOf({ minimum, maximum, maxLength }: Json): string {
  const least = typeof minimum === 'number' && minimum > Number.MIN_SAFE_INTEGER ? String(minimum) : undefined
  const most = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? String(maximum) : undefined
  if (least !== undefined && most !== undefined) return ` ${least}–${most}`
  if (least !== undefined) return ` ≥ ${least}`
  if (most !== undefined) return ` ≤ ${most}`
  return typeof maxLength === 'number' ? `, ≤ ${maxLength} characters` : ''
}
