import type { Filter } from './search-state.ts'

export interface QueryText {
  filters: Filter[]
  /** What is left to be looked for in the message. */
  q: string
}

/** Attributes that may be named without `attributes.` before anything is known of the lines. */
const usualAttributes = ['trace_id', 'span_id', 'correlation_id', 'request_id']

/** By what a field may be called in the query box. */
export const fieldAliases: Record<string, string> = {
  ns: 'namespace',
  namespace: 'namespace',
  pod: 'pod_name',
  pod_name: 'pod_name',
  pod_name_exact: 'pod_name_exact',
  container: 'container_name',
  container_name: 'container_name',
  agent: 'agent_id',
  agent_id: 'agent_id',
  deployment: 'deployment_object_id',
  deployment_object_id: 'deployment_object_id',
  work_order: 'work_order_id',
  work_order_id: 'work_order_id',
  level: 'level',
  min_level: 'min_level',
}

const term = /(?<=^|\s)([\p{L}_][\p{L}\p{N}_./-]*)(:|>=|=)("[^"]*"|[^\s"]\S*)(?=\s|$)/gu

/**
 * Splits what was typed into filters and text: `namespace:prod level>=warn trace_id=4f timeout`. What looks like a filter
 * and names no field stays text, and so does all of `/an expression/` and what is in quotes.
 */
export function parseQueryText(text: string, knownFields: readonly string[] = []): QueryText {
  const trimmed = text.trim()
  if (/^\/.+\/$/s.test(trimmed)) return { filters: [], q: trimmed }
  const filters: Filter[] = []
  const rest = trimmed.replaceAll(term, (whole, name: string, operator: string, quoted: string) => {
    const filter = filterOf(name, operator, quoted.replaceAll(/^"|"$/g, ''), knownFields)
    if (!filter) return whole
    filters.push(filter)
    return ''
  })
  return { filters, q: filters.length > 0 ? rest.trim().replaceAll(/\s{2,}/g, ' ') : rest }
}

function filterOf(
  name: string,
  operator: string,
  value: string,
  knownFields: readonly string[],
): Filter | undefined {
  const field = fieldOf(name, operator, knownFields)
  if (field === undefined) return undefined
  if (operator === '>=')
    return field === 'level' ? { name: 'min_level', value: value.toUpperCase() } : undefined
  if (field === 'level' || field === 'min_level') return { name: field, value: value.toUpperCase() }
  if (field !== 'pod_name') return { name: field, value }
  return operator === '=' ? { name: 'pod_name_exact', value } : { name: field, value }
}

/** `http://x` and `user=root` are things that lines say, unless lines have a field of that name. */
export function fieldOf(name: string, operator: string, knownFields: readonly string[]): string | undefined {
  if (Object.hasOwn(fieldAliases, name)) return fieldAliases[name]
  if (/^(attributes|labels)\../.test(name)) return name
  if (operator === '>=') return undefined
  if (knownFields.includes(`attributes.${name}`) || usualAttributes.includes(name))
    return `attributes.${name}`
  return knownFields.includes(`labels.${name}`) ? `labels.${name}` : undefined
}
