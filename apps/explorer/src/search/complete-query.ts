import { fieldAliases, fieldOf } from './parse-query-text.ts'

/** What may be completed where the caret is. */
export type Completable =
  | { kind: 'field'; typed: string; from: number; to: number }
  | { kind: 'value'; field: string; typed: string; from: number; to: number }

/** The word that ends at the caret: the beginning of a field's name, or of a value behind one. */
export function completableAt(
  text: string,
  caret: number,
  knownFields: readonly string[],
): Completable | null {
  if (text.trimStart().startsWith('/')) return null
  const word = /\S*$/.exec(text.slice(0, caret))?.[0] ?? ''
  const from = caret - word.length
  const [, name, operator, value] = /^([\p{L}_][\p{L}\p{N}_./-]*)(:|>=|=)"?([^"]*)$/u.exec(word) ?? []
  if (name !== undefined && operator !== undefined) {
    const field = fieldOf(name, operator, knownFields)
    if (field === undefined) return null
    const typed = value ?? ''
    return { kind: 'value', field, typed, from: caret - typed.length, to: caret }
  }
  return /^[\p{L}_][\p{L}\p{N}_./-]*$/u.test(word) || word === ''
    ? { kind: 'field', typed: word, from, to: caret }
    : null
}

/** Names that go on from what was typed; attributes also by their own name. */
export function matchingFields(typed: string, knownFields: readonly string[]): string[] {
  if (typed === '') return []
  const wanted = typed.toLowerCase()
  const names = [...new Set([...Object.values(fieldAliases), ...knownFields])].filter(
    (name) => name !== 'pod_name_exact' && name !== 'min_level',
  )
  const bare = (name: string) => name.replace(/^(attributes|labels)\./, '')
  return names
    .filter((name) => name.toLowerCase().startsWith(wanted) || bare(name).toLowerCase().startsWith(wanted))
    .slice(0, 12)
}

/** `text` with the completed word in it, and where the caret stands then. */
export function applyCompletion(
  text: string,
  { from, to }: Completable,
  completion: string,
): { text: string; caret: number } {
  const before = text.slice(0, from)
  return { text: before + completion + text.slice(to), caret: before.length + completion.length }
}

/** A value as it must be typed. */
export function quoteValue(value: string): string {
  return /[\s"]/.test(value) || value === '' ? `"${value.replaceAll('"', '')}"` : value
}
