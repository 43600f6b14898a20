import { fieldPrefixes } from '@logboom/contracts'

/** What is known of every entry, and the parameter of a search that takes one of its values as it is. */
export const columnParameters = {
  namespace: 'namespace',
  pod_name: 'pod_name_exact',
  container_name: 'container_name',
  level: 'level',
  agent_id: 'agent_id',
  deployment_object_id: 'deployment_object_id',
  work_order_id: 'work_order_id',
  node: null,
  output: null,
} as const

export type ColumnName = keyof typeof columnParameters

export type EntryField = { column: ColumnName } | { label: string } | { attribute: string }

const [attributePrefix, labelPrefix] = fieldPrefixes

/** The field of a name such as `level` or `labels.app`; null when no entry can have it. */
export function parseField(name: string): EntryField | null {
  if (isColumn(name)) return { column: name }
  if (name.startsWith(labelPrefix) && isKey(name.slice(labelPrefix.length)))
    return { label: name.slice(labelPrefix.length) }
  if (name.startsWith(attributePrefix) && isKey(name.slice(attributePrefix.length)))
    return { attribute: name.slice(attributePrefix.length) }
  return null
}

export function isColumn(name: string): name is ColumnName {
  return Object.hasOwn(columnParameters, name)
}

export function labelName(key: string): string {
  return `${labelPrefix}${key}`
}

export function attributeName(key: string): string {
  return `${attributePrefix}${key}`
}

/** PostgreSQL has no NUL. */
function isKey(text: string): boolean {
  return text !== '' && !text.includes('\0')
}
