import { listOf, recordOf, textOf } from './json.ts'
import type { Json } from './json.ts'

const ID = '6f1c0a52-7d0e-4a4e-9a39-0a1f6a3f7c11'
const SAMPLES: Record<string, unknown> = {
  timestamp: '2026-01-15T10:30:00.123456789Z',
  namespace: 'production',
  pod_name: 'my-app-7d4f8b9c5-x2k9p',
  container_name: 'app',
  level: 'INFO',
  message: 'Server started on port 8080',
  name: 'edge-1',
  cluster_name: 'berlin',
  label: 'rotated in May',
  version: '0.1.0',
  work_type: 'build',
  agent_id: ID,
  hours: 24,
}
// Optional fields that say more in an example than they cost in length.
const SHOWN = new Set(['container_name', 'level', 'label', 'work_type', 'version'])
const QUERIES: Record<string, string> = {
  'GET logs': '?namespace=production&min_level=WARN&since=15m',
  'GET histogram': '?min_level=WARN&since=12h&buckets=60',
  'GET gaps': '?since=1h',
}

/** A curl line for a route, with a body where it takes one. `$URL`, `$PAK` and the ids are the reader's. */
export function curlExample(method: string, path: string, operation: Json, schemas: Json): string {
  const last = path.slice(path.lastIndexOf('/') + 1)
  const target = `"$URL${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => placeholderOf(name, path))}${QUERIES[`${method} ${last}`] ?? ''}"`
  const verb = method === 'GET' ? '' : ` -X ${method}`
  const key = listOf(operation['security']).length > 0 ? ' -H "Authorization: Bearer $PAK"' : ''
  const content = recordOf(recordOf(operation['requestBody'])['content'])['application/json']
  if (content === undefined) return `curl -s${verb}${key} ${target}`
  const body = JSON.stringify(sampleOf(recordOf(content)['schema'], '', schemas))
  return `curl -s${verb}${key} -H 'Content-Type: application/json' \\\n  -d '${body}' ${target}`
}

function placeholderOf(name: string, path: string): string {
  if (name === 'name') return 'audit'
  if (name !== 'id') return `$${name.toUpperCase()}`
  const owner = path.split('/').at(path.split('/').indexOf('{id}') - 1) ?? ''
  return `$${owner.replace(/s$/, '').replaceAll('-', '_').toUpperCase()}_ID`
}

function sampleOf(value: unknown, name: string, schemas: Json): unknown {
  const schema = recordOf(value)
  const { $ref, items, properties, enum: values, minimum, anyOf } = schema
  if (typeof $ref === 'string') return sampleOf(schemas[$ref.slice($ref.lastIndexOf('/') + 1)], name, schemas)
  if (name in SAMPLES) return SAMPLES[name]
  if (anyOf !== undefined) return sampleOf(listOf(anyOf)[0], name, schemas)
  if (values !== undefined) return listOf(values)[0]
  if (schema['type'] === 'array') return [sampleOf(items, name, schemas)]
  if (schema['type'] === 'object') {
    const required = listOf(schema['required'])
    const shown = Object.entries(recordOf(properties)).filter(
      ([key]) => required.includes(key) || SHOWN.has(key),
    )
    return Object.fromEntries(shown.map(([key, field]) => [key, sampleOf(field, key, schemas)]))
  }
  if (schema['type'] === 'integer' || schema['type'] === 'number') return Math.max(1, Number(minimum ?? 1))
  return textOf(schema['format']) === 'uuid' ? ID : 'text'
}
